import type { Channel, Module, Nothing } from "../../../model/index.ts";
import { type Ballot, noBallot, type Vote } from "./ballot.ts";

/** What a proposer asks of every acceptor, in phase 1 and in phase 2. */
export type ToAcceptor<V> =
  | { readonly kind: "prepare"; readonly ballot: Ballot }
  | { readonly kind: "accept"; readonly vote: Vote<V> };

/** What an acceptor answers; a refusal names the higher ballot that it has promised. */
export type FromAcceptor<V> =
  | { readonly kind: "promise"; readonly ballot: Ballot; readonly accepted: Vote<V> | null }
  | { readonly kind: "refuse"; readonly ballot: Ballot; readonly promised: Ballot };

/** The rules of an acceptor, each by itself, so that one can be broken. */
export interface AcceptorRules {
  /** May it answer a prepare? The same ballot again is a repetition by the same proposer: it gets its answer again. */
  readonly mayPromise: (promised: Ballot, ballot: Ballot) => boolean;
  /**
   * May it accept? In the very ballot that it promised it must: "unless it has promised a ballot that is greater *or
   * equal*" refuses the accept that every promise was asked for, and nothing is ever chosen.
   */
  readonly mayAccept: (promised: Ballot, ballot: Ballot, accepted: Vote<unknown> | null) => boolean;
  /**
   * What it has promised once it accepted. Accepting is a promise too: without it an acceptor that never saw the
   * prepare of ballot 3 accepts in 3, then promises 2 and accepts in 2, over what was chosen.
   */
  readonly promisedAfter: (promised: Ballot, accepted: Ballot) => Ballot;
}

/** The rules as Lamport has them. */
export const acceptorRules: AcceptorRules = {
  mayPromise: (promised, ballot) => ballot >= promised,
  mayAccept: (promised, ballot) => ballot >= promised,
  promisedAfter: (_promised, accepted) => accepted,
};

/** An acceptor: it answers proposers, and tells every learner what it accepted. */
export type Acceptor<V> = Module<{
  provides: Nothing;
  uses: { proposers: Channel<FromAcceptor<V>, ToAcceptor<V>>; learners: Channel<Vote<V>, never> };
  state: Record<never, never>;
  disk: { promised: Ballot; accepted: Vote<V> | null };
}>;

/** How an acceptor behaves. */
export interface AcceptorOptions {
  readonly rules?: Partial<AcceptorRules>;
  /**
   * How many learners it tells what it accepted, the first so many processes: "some set of distinguished learners" in
   * Lamport 2001, 2.3. Default: all.
   */
  readonly learners?: number;
}

/**
 * The memory of Paxos. Promise and vote are on disk, and the machinery lets no answer out before they are durable: an
 * acceptor that forgets a promise lets two ballots choose two values.
 *
 * Source: Lamport 2001, Paxos Made Simple, 2.2.
 */
export const acceptor = <V>({ rules, learners }: AcceptorOptions = {}): Acceptor<V> => {
  const { mayPromise, mayAccept, promisedAfter } = { ...acceptorRules, ...rules };
  return {
    name: "Paxos acceptor",
    source: "Lamport 2001, Paxos Made Simple, 2.2",
    disk: { promised: noBallot, accepted: null },
    init: () => ({}),
    upon: {
      request: {},
      proposers: {
        deliver(_s, io, proposer, m) {
          const { promised, accepted } = io.disk;
          if (m.kind === "prepare") {
            const { ballot } = m;
            if (!mayPromise(promised.value, ballot))
              return io.proposers.send(proposer, { kind: "refuse", ballot, promised: promised.value });
            if (ballot !== promised.value) promised.set(ballot);
            io.proposers.send(proposer, { kind: "promise", ballot, accepted: accepted.value });
          } else {
            const { vote } = m;
            if (!mayAccept(promised.value, vote.ballot, accepted.value))
              return io.proposers.send(proposer, { kind: "refuse", ballot: vote.ballot, promised: promised.value });
            const after = promisedAfter(promised.value, vote.ballot);
            if (after !== promised.value) promised.set(after);
            accepted.set(vote);
            for (const learner of io.nodes.slice(0, learners)) io.learners.send(learner, vote);
          }
        },
      },
      learners: {},
    },
  };
};
