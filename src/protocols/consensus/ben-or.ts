import type { Module, NodeId } from "../../model/index.ts";
import type { Broadcast } from "../broadcast/broadcast.ts";
import type { Consensus } from "./consensus.ts";

/** What is decided about: one of two values. */
export type Binary = 0 | 1;

/** A vote of a round: what a process believes (phase 1), then what it saw a majority believe, or null (phase 2). */
export interface RoundVote {
  readonly round: number;
  readonly phase: 1 | 2;
  readonly value: Binary | null;
}

/** What processes tell each other. */
export type BenOrMessage = RoundVote | { readonly phase: "decided"; readonly value: Binary };

/** The rules of Ben-Or's algorithm, each by itself, so that one can be broken. */
export interface BenOrRules {
  /** How many votes to wait for: more might never come. */
  readonly waitsFor: (n: number, f: number) => number;
  /** Whether so many equal phase 1 votes are a majority: of all processes, so that no two values have one. */
  readonly showsMajority: (votes: number, n: number) => boolean;
  /** Equal phase 2 votes that let a process decide: one of them reaches everybody who waits for n - f. */
  readonly decidesAt: (f: number) => number;
}

/** The rules of the book. */
export const benOrRules: BenOrRules = {
  waitsFor: (n, f) => n - f,
  showsMajority: (votes, n) => 2 * votes > n,
  decidesAt: (f) => f + 1,
};

interface Heard extends RoundVote {
  readonly from: NodeId;
}

interface BenOrState {
  round: number;
  /** 0 before the proposal and after the decision. */
  phase: 0 | 1 | 2;
  value: Binary;
  decided: boolean;
  heard: Heard[];
}

const votesFor = (votes: readonly RoundVote[], value: Binary): number =>
  votes.filter((vote) => vote.value === value).length;

const binary: readonly Binary[] = [0, 1];

/**
 * Randomised binary consensus without any timing: rounds of two phases, and a coin of each process's own where the votes
 * show nothing. Agreement holds in every run while n > 2f; that it decides has probability 1, not certainty, which is all
 * that is possible (Fischer, Lynch, Paterson 1985). Every correct process must propose.
 *
 * Source: Ben-Or 1983; Cachin, Guerraoui, Rodrigues 2011, algorithms 5.12 and 5.13, with local coins.
 */
export const benOr = ({
  f,
  rules = {},
  roundsMax = 10_000,
}: {
  readonly f: number;
  readonly rules?: Partial<BenOrRules>;
  /** Rounds after which a process gives up. */
  readonly roundsMax?: number;
}): Module<{
  provides: Consensus<Binary>;
  uses: { bestEffort: Broadcast<BenOrMessage> };
  state: BenOrState;
}> => {
  const { waitsFor, showsMajority, decidesAt } = { ...benOrRules, ...rules };
  return {
    name: "Ben-Or consensus",
    source: "Ben-Or 1983; Cachin, Guerraoui, Rodrigues 2011, algorithms 5.12 and 5.13",
    init: () => ({ round: 0, phase: 0, value: 0, decided: false, heard: [] }),
    upon: {
      request: {
        propose(s, io, value) {
          if (s.round > 0 || s.decided) return io.note("has proposed or decided already");
          s.value = value;
          s.round = 1;
          s.phase = 1;
          io.bestEffort.broadcast({ round: 1, phase: 1, value });
        },
      },
      bestEffort: {
        deliver(s, io, from, m) {
          if (s.decided) return;
          if (m.phase === "decided") {
            s.decided = true;
            s.phase = 0;
            io.bestEffort.broadcast(m);
            return io.up.decide(m.value);
          }
          if (m.round < s.round) return;
          s.heard.push({ from, round: m.round, phase: m.phase, value: m.value });
          const n = io.nodes.length;
          const votes = s.heard.filter(({ round, phase }) => round === s.round && phase === s.phase);
          if (s.phase === 0 || votes.length < waitsFor(n, f)) return;
          if (s.phase === 1) {
            const seen = binary.find((value) => showsMajority(votesFor(votes, value), n)) ?? null;
            s.phase = 2;
            return io.bestEffort.broadcast({ round: s.round, phase: 2, value: seen });
          }
          const decision = binary.find((value) => votesFor(votes, value) >= decidesAt(f));
          if (decision !== undefined) {
            io.note("decides in round", s.round);
            s.decided = true;
            s.phase = 0;
            io.bestEffort.broadcast({ phase: "decided", value: decision });
            return io.up.decide(decision);
          }
          if (s.round >= roundsMax) return io.note("gives up");
          s.value = binary.find((value) => votesFor(votes, value) > 0) ?? (io.random("coin", 2) as Binary);
          s.round++;
          s.phase = 1;
          s.heard = s.heard.filter(({ round }) => round >= s.round);
          io.bestEffort.broadcast({ round: s.round, phase: 1, value: s.value });
        },
      },
    },
  };
};
