import type { Links, Module } from "../../../model/index.ts";
import { type Acceptors, type Ballot, noBallot, type Vote } from "./ballot.ts";

/** What a proposer sends to an acceptor. */
export type ToAcceptor<V> =
  | { readonly kind: "prepare"; readonly ballot: Ballot }
  | { readonly kind: "accept"; readonly vote: Vote<V> };

/** What an acceptor answers: a promise and a refusal to the proposer, an acceptance to every learner. */
export type FromAcceptor<V> =
  | { readonly kind: "promise"; readonly ballot: Ballot; readonly accepted: Vote<V> | null }
  | { readonly kind: "accepted"; readonly vote: Vote<V> }
  | { readonly kind: "chosen"; readonly value: V }
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

/**
 * The memory of Paxos. Promise and vote are on disk, and the machinery lets no answer out before they are durable: an
 * acceptor that forgets a promise lets two ballots choose two values.
 *
 * Each process has one. To the layer above it stands for all of them: it carries requests to every acceptor and brings
 * their answers.
 *
 * Source: Lamport 2001, Paxos Made Simple, 2.2.
 */
export const acceptor = <V>({
  rules,
}: {
  readonly rules?: Partial<AcceptorRules>;
} = {}): Module<{
  provides: Acceptors<V>;
  uses: { links: Links<ToAcceptor<V> | FromAcceptor<V>> };
  state: Record<never, never>;
  disk: { promised: Ballot; accepted: Vote<V> | null };
}> => {
  const { mayPromise, mayAccept, promisedAfter } = { ...acceptorRules, ...rules };
  return {
    name: "Paxos acceptor",
    source: "Lamport 2001, Paxos Made Simple, 2.2",
    disk: { promised: noBallot, accepted: null },
    init: () => ({}),
    upon: {
      request: {
        prepare(_s, io, ballot) {
          for (const node of io.nodes) io.links.send(node, { kind: "prepare", ballot });
        },
        accept(_s, io, vote) {
          for (const node of io.nodes) io.links.send(node, { kind: "accept", vote });
        },
        announce(_s, io, value) {
          for (const node of io.nodes) if (node !== io.self) io.links.send(node, { kind: "chosen", value });
        },
      },
      links: {
        deliver(_s, io, from, m) {
          const { promised, accepted } = io.disk;
          switch (m.kind) {
            case "prepare":
              if (!mayPromise(promised.value, m.ballot))
                return io.links.send(from, { kind: "refuse", ballot: m.ballot, promised: promised.value });
              if (m.ballot !== promised.value) promised.set(m.ballot);
              return io.links.send(from, { kind: "promise", ballot: m.ballot, accepted: accepted.value });
            case "accept": {
              const { vote } = m;
              if (!mayAccept(promised.value, vote.ballot, accepted.value))
                return io.links.send(from, { kind: "refuse", ballot: vote.ballot, promised: promised.value });
              const after = promisedAfter(promised.value, vote.ballot);
              if (after !== promised.value) promised.set(after);
              accepted.set(vote);
              for (const learner of io.nodes) io.links.send(learner, { kind: "accepted", vote });
              return;
            }
            case "promise":
              return io.up.promise(from, m.ballot, m.accepted);
            case "accepted":
              return io.up.accepted(from, m.vote);
            case "chosen":
              return io.up.chosen(m.value);
            case "refuse":
              return io.up.refuse(from, m.ballot, m.promised);
          }
        },
      },
    },
  };
};
