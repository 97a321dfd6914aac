import { type Bound, many, network, stack } from "../../model/index.ts";
import {
  type Broadcast,
  bestEffortBroadcast,
  consensusTotalOrderBroadcast,
  eagerReliableBroadcast,
  fifoBroadcast,
  lamportTotalOrderBroadcast,
  paxos,
  sequencerBroadcast,
} from "../../protocols/index.ts";
import type { Setup } from "../../simulate/index.ts";

/** Broadcasts on which replicas may stand without any timing, the first two in total order. */
export const orders: readonly ["sequencer", "Lamport clocks", "FIFO"] = ["sequencer", "Lamport clocks", "FIFO"];

/** Any of those, or a sequence of consensus instances, which needs time to become timely. */
export type Order = (typeof orders)[number] | "consensus";

const reliable = <M>(): Bound<Broadcast<M>> =>
  stack(eagerReliableBroadcast<M>(), { bestEffort: stack(bestEffortBroadcast(), { links: network() }) });

/** The broadcast of that name, on reliable links. */
export const orderStack = <M>(order: Order): Bound<Broadcast<M>> => {
  if (order === "consensus")
    return stack(consensusTotalOrderBroadcast<M>(), {
      reliable: reliable(),
      consensus: many(paxos()),
    });
  if (order === "Lamport clocks")
    return stack(lamportTotalOrderBroadcast<M>(), { fifo: stack(fifoBroadcast(), { reliable: reliable() }) });
  if (order === "FIFO") return stack(fifoBroadcast<M>(), { reliable: reliable() });
  return stack(sequencerBroadcast<M>({ sequencer: 0 }), { links: network(), reliable: reliable() });
};

/**
 * What stands on a broadcast survives no more than the broadcast does: with a sequencer anybody else may crash, with
 * Lamport clocks nobody, with consensus any minority.
 */
export const faultsOf = (order: Order, n: number, f: number, anybody: boolean): Pick<Setup, "f" | "faults"> => {
  if (order === "Lamport clocks" && !anybody) return { f: 0 };
  if (order === "FIFO" || order === "consensus" || anybody) return { f };
  return { f, faults: { candidates: Array.from({ length: n - 1 }, (_, at) => at + 1) } };
};
