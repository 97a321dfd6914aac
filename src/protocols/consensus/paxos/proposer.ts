import type { Channel, Delay, Module, NodeId, Port } from "../../../model/index.ts";
import { majorityOf } from "../../../model/index.ts";
import type { EventualLeaderDetector } from "../../election/leader.ts";
import type { FromAcceptor, ToAcceptor } from "./acceptor.ts";
import { type Ballot, noBallot, type Vote } from "./ballot.ts";

/** A proposer as its process sees it: it tries until it is told to rest, for good. */
export interface Proposer<V> extends Port {
  readonly requests: {
    /** The value to ask for where acceptances in earlier ballots leave the choice. */
    readonly propose: (value: V) => void;
    /** A value was chosen: there is nothing left to try. */
    readonly rest: () => void;
  };
  readonly indications: Record<never, never>;
}

/** What one acceptor promised in the present ballot. */
export interface Promised<V> {
  readonly acceptor: NodeId;
  readonly accepted: Vote<V> | null;
}

/** The rules of a proposer, each by itself, so that one can be broken. */
export interface ProposerRules {
  /** The ballot of a round. No two proposers may share one: in a shared ballot two values are accepted. */
  readonly ballotOf: (round: number, self: NodeId, n: number) => Ballot;
  /** The value to ask for in phase 2: the one accepted in the highest ballot, its own only where there is none. */
  readonly valueToAsk: <V>(promises: readonly Promised<V>[], own: V) => V;
  /** How long to wait for answers: growing and drawn from a range, or two proposers overtake each other for ever. */
  readonly patience: (baseMs: number, attempt: number) => Delay;
  /**
   * Whether to go to a higher ballot when patience ends. Where nobody refused, messages are lost or late: asking again
   * in the same ballot cannot do harm, a higher one would overtake its own.
   */
  readonly climbs: (refused: boolean) => boolean;
}

/** The vote of the highest ballot among some promises. */
export const highestAccepted = <V>(promises: readonly Promised<V>[]): Vote<V> | null =>
  promises.reduce<Vote<V> | null>(
    (highest, { accepted }) =>
      accepted !== null && accepted.ballot > (highest?.ballot ?? noBallot) ? accepted : highest,
    null,
  );

/** The rules as Lamport has them, with a patience that doubles up to 16 times the first. */
export const proposerRules: ProposerRules = {
  ballotOf: (round, self, n) => round * n + self,
  valueToAsk: (promises, own) => {
    const highest = highestAccepted(promises);
    return highest === null ? own : highest.value;
  },
  patience: (baseMs, attempt) => {
    const grown = baseMs * (1 << Math.min(attempt, 4));
    return { from: grown, to: 2 * grown };
  },
  climbs: (refused) => refused,
};

/** How a proposer paces itself. */
export interface ProposerOptions {
  readonly rules?: Partial<ProposerRules> | undefined;
  /** Milliseconds of its first patience, at least. */
  readonly retryMs?: number;
  /** Rounds of asking after which it gives up. */
  readonly attemptsMax?: number;
}

type Phase = "rests" | "prepares" | "asks";

interface ProposerState<V> {
  phase: Phase;
  leader: NodeId | null;
  ballot: Ballot;
  /** The highest ballot that a refusal named. */
  refused: Ballot;
  promises: Promised<V>[];
  vote: Vote<V> | null;
  attempts: number;
  done: boolean;
}

/**
 * The drive of Paxos: while it is trusted it runs ballots, one at a time, until it is told to rest. What it proposes and
 * the rounds that it began are on disk: after a recovery it goes on, and uses no ballot twice.
 *
 * Source: Lamport 2001, Paxos Made Simple, 2.2 and 2.4.
 */
export const proposer = <V>({
  rules,
  retryMs = 40,
  attemptsMax = 1_000,
}: ProposerOptions = {}): Module<{
  provides: Proposer<V>;
  uses: { acceptors: Channel<ToAcceptor<V>, FromAcceptor<V>>; leader: EventualLeaderDetector };
  state: ProposerState<V>;
  disk: { proposal: { readonly value: V } | null; round: number };
  timers: { impatience: [] };
}> => {
  const { ballotOf, valueToAsk, patience, climbs } = { ...proposerRules, ...rules };
  return {
    name: "Paxos proposer",
    source: "Lamport 2001, Paxos Made Simple, 2.2 and 2.4",
    marks: ["asks for what was accepted before"],
    disk: { proposal: null, round: 0 },
    init: () => ({
      phase: "rests",
      leader: null,
      ballot: noBallot,
      refused: noBallot,
      promises: [],
      vote: null,
      attempts: 0,
      done: false,
    }),
    upon: {
      request: {
        propose(s, io, value) {
          if (io.disk.proposal.value !== null) return io.note("has proposed already");
          io.disk.proposal.set({ value });
          if (s.leader === io.self && !s.done) io.timers.impatience.set(0);
        },
        rest(s, io) {
          s.done = true;
          s.phase = "rests";
          io.timers.impatience.cancel();
        },
      },
      leader: {
        trust(s, io, leader) {
          s.leader = leader;
          if (leader === io.self && io.disk.proposal.value !== null && !s.done) io.timers.impatience.set(0);
        },
      },
      acceptors: {
        deliver(s, io, acceptor, m) {
          if (m.ballot !== s.ballot) return;
          if (m.kind === "refuse") {
            s.refused = Math.max(s.refused, m.promised);
            return io.note("refused", m.ballot, m.promised);
          }
          if (s.phase !== "prepares" || s.promises.some((known) => known.acceptor === acceptor)) return;
          s.promises.push({ acceptor, accepted: m.accepted });
          if (s.promises.length < majorityOf(io.nodes.length)) return;
          s.phase = "asks";
          if (highestAccepted(s.promises) !== null) io.mark("asks for what was accepted before");
          s.vote = { ballot: s.ballot, value: valueToAsk(s.promises, io.disk.proposal.value!.value) };
          for (const node of io.nodes) io.acceptors.send(node, { kind: "accept", vote: s.vote });
        },
      },
      timer: {
        impatience(s, io) {
          if (s.done || s.leader !== io.self) return;
          if (s.attempts >= attemptsMax) return io.note("gives up");
          io.timers.impatience.set(patience(retryMs, s.attempts++));
          if (s.phase === "rests" || climbs(s.refused > s.ballot)) {
            const n = io.nodes.length;
            let round = io.disk.round.value + 1;
            while (ballotOf(round, io.self, n) <= s.refused) round++;
            io.disk.round.set(round);
            s.ballot = ballotOf(round, io.self, n);
            s.phase = "prepares";
            s.promises = [];
          }
          for (const node of io.nodes)
            io.acceptors.send(
              node,
              s.phase === "prepares" ? { kind: "prepare", ballot: s.ballot } : { kind: "accept", vote: s.vote! },
            );
        },
      },
    },
  };
};

/** Nobody in particular leads: each process trusts itself, and patience alone keeps them out of each other's way. */
export const everybodyLeads = (): Module<{
  provides: EventualLeaderDetector;
  uses: Record<never, never>;
  state: Record<never, never>;
}> => ({
  name: "everybody leads",
  source: "Lamport 2001, Paxos Made Simple, 2.4, without the election",
  init: () => ({}),
  start(_s, io) {
    io.up.trust(io.self);
  },
  upon: { request: {} },
});
