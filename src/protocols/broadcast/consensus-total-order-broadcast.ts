import type { IO, Many, Module } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { Consensus } from "../consensus/consensus.ts";
import { addNumber, emptyNumberSet, hasNumber, type NumberSet } from "../links/number-set.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Relayed } from "./eager-reliable-broadcast.ts";

/** A message with its number at its origin: what consensus orders, in batches. */
export interface Proposed<M> {
  readonly sequence: number;
  readonly message: M;
}

interface ConsensusTotalOrder<M> {
  provides: Broadcast<M>;
  uses: { reliable: Broadcast<Proposed<M>>; consensus: Many<Consensus<readonly Relayed<M>[]>> };
  state: {
    sent: number;
    delivered: NumberSet[];
    unordered: Relayed<M>[];
    round: number;
    proposed: boolean;
    /** Batches of rounds after this one: others may be ahead. */
    decided: Map<number, readonly Relayed<M>[]>;
  };
}

/** The order inside a batch: any that all know; the origin, then the number there. */
const sorted = <M>(batch: readonly Relayed<M>[]): readonly Relayed<M>[] =>
  [...batch].sort((a, b) => a.origin - b.origin || a.sequence - b.sequence);

/** Delivers what was decided in this round, if it was, and goes on to the next. */
const deliverRound = <M>(s: ConsensusTotalOrder<M>["state"], io: IO<ConsensusTotalOrder<M>>): boolean => {
  const batch = s.decided.get(s.round);
  if (batch === undefined) return false;
  s.decided.delete(s.round);
  for (const { origin, sequence, message } of sorted(batch)) {
    if (hasNumber(s.delivered[origin]!, sequence)) continue;
    addNumber(s.delivered[origin]!, sequence);
    io.up.deliver(origin, message);
  }
  s.unordered = s.unordered.filter(({ origin, sequence }) => !hasNumber(s.delivered[origin]!, sequence));
  s.round++;
  s.proposed = false;
  return true;
};

/**
 * Total-order broadcast by a sequence of consensus instances: spread messages reliably, agree in each round on the batch
 * that comes next. Total order is as hard as consensus, and the other way round (Chandra, Toueg 1996).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 6.1, "Consensus-Based Total-Order Broadcast".
 */
export const consensusTotalOrderBroadcast = <M>(): Module<ConsensusTotalOrder<M>> => ({
  name: "total-order broadcast by consensus",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 6.1",
  init: ({ nodes }) => ({
    sent: 0,
    delivered: perNode(nodes, emptyNumberSet),
    unordered: [],
    round: 0,
    proposed: false,
    decided: new Map(),
  }),
  whenever(s, io) {
    while (deliverRound(s, io));
    if (s.proposed || s.unordered.length === 0) return;
    s.proposed = true;
    io.consensus(s.round).propose(s.unordered.slice());
  },
  upon: {
    request: {
      broadcast(s, io, message) {
        io.reliable.broadcast({ sequence: s.sent++, message });
      },
    },
    reliable: {
      deliver(s, _io, origin, { sequence, message }) {
        if (!hasNumber(s.delivered[origin]!, sequence)) s.unordered.push({ origin, sequence, message });
      },
    },
    consensus: {
      decide(s, _io, round, batch) {
        if (round >= s.round) s.decided.set(round, batch);
      },
    },
  },
});
