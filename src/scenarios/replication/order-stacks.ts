import { type Bound, network, stack } from "../../model/index.ts";
import {
  type Broadcast,
  bestEffortBroadcast,
  eagerReliableBroadcast,
  fifoBroadcast,
  lamportTotalOrderBroadcast,
  sequencerBroadcast,
} from "../../protocols/index.ts";
import type { Setup } from "../../simulate/index.ts";

/** Broadcasts on which replicas may stand, the first two in total order. */
export const orders: readonly ["sequencer", "Lamport clocks", "FIFO"] = ["sequencer", "Lamport clocks", "FIFO"];

const reliable = <M>(): Bound<Broadcast<M>> =>
  stack(eagerReliableBroadcast<M>(), { bestEffort: stack(bestEffortBroadcast(), { links: network() }) });

/** The broadcast of that name, on reliable links. */
export const orderStack = <M>(order: string): Bound<Broadcast<M>> => {
  if (order === "Lamport clocks")
    return stack(lamportTotalOrderBroadcast<M>(), { fifo: stack(fifoBroadcast(), { reliable: reliable() }) });
  if (order === "FIFO") return stack(fifoBroadcast<M>(), { reliable: reliable() });
  return stack(sequencerBroadcast<M>({ sequencer: 0 }), { links: network(), reliable: reliable() });
};

/**
 * What stands on a broadcast survives no more than the broadcast does: with a sequencer anybody else may crash, with
 * Lamport clocks nobody.
 */
export const faultsOf = (order: string, n: number, f: number, anybody: boolean): Pick<Setup, "f" | "faults"> => {
  if (order === "Lamport clocks" && !anybody) return { f: 0 };
  if (order === "FIFO" || anybody) return { f };
  return { f, faults: { candidates: Array.from({ length: n - 1 }, (_, at) => at + 1) } };
};
