import type { Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { Broadcast } from "./broadcast.ts";

/** A message, or word that its sender's clock has passed this time. */
export type Timed<M> =
  | { readonly kind: "message"; readonly time: number; readonly message: M }
  | { readonly kind: "heard"; readonly time: number };

/** A message that waits for its turn. */
interface Waiting<M> {
  readonly time: number;
  readonly origin: NodeId;
  readonly message: M;
}

/** The rule of the broadcast that a mutant may change. */
export interface LamportTotalOrderRules {
  /** Whether the message with the smallest timestamp may be delivered, by the latest time heard from each process. */
  readonly nothingSmallerToCome: (time: number, heard: readonly number[]) => boolean;
}

/** The rule: everybody was heard of with a later time, and links are FIFO, so nothing smaller is on its way. */
export const lamportTotalOrderRules: LamportTotalOrderRules = {
  nothingSmallerToCome: (time, heard) => heard.every((latest) => latest > time),
};

/** Timestamps with the process to break ties: one total order that contains happens-before. */
const earlier = <M>(a: Waiting<M>, b: Waiting<M>): boolean =>
  a.time < b.time || (a.time === b.time && a.origin < b.origin);

/**
 * Total-order broadcast by Lamport clocks: deliver in the order of timestamps, and only when every process was heard of
 * with a later one. FIFO and causal besides. One process that falls silent stops all (TOB1).
 *
 * The broadcast below must be FIFO: with links that reorder, "heard of with a later time" says nothing about what is still
 * on its way.
 *
 * Source: Lamport 1978, "Time, Clocks, and the Ordering of Events"; Kleppmann, Distributed Systems, lecture 4.
 */
export const lamportTotalOrderBroadcast = <M>({
  rules,
}: {
  readonly rules?: Partial<LamportTotalOrderRules>;
} = {}): Module<{
  provides: Broadcast<M>;
  uses: { fifo: Broadcast<Timed<M>> };
  state: { clock: number; heard: number[]; waiting: Waiting<M>[] };
}> => {
  const { nothingSmallerToCome } = { ...lamportTotalOrderRules, ...rules };
  return {
    name: "total-order broadcast by Lamport clocks",
    source: "Lamport 1978",
    init: ({ nodes }) => ({ clock: 0, heard: perNode(nodes, () => 0), waiting: [] }),
    upon: {
      request: {
        broadcast(s, io, message) {
          io.fifo.broadcast({ kind: "message", time: ++s.clock, message });
        },
      },
      fifo: {
        deliver(s, io, from, timed) {
          s.clock = Math.max(s.clock, timed.time) + 1;
          s.heard[from] = timed.time;
          if (timed.kind === "message") {
            s.waiting.push({ time: timed.time, origin: from, message: timed.message });
            io.fifo.broadcast({ kind: "heard", time: ++s.clock });
          }
          while (s.waiting.length > 0) {
            const first = s.waiting.reduce((least, other) => (earlier(other, least) ? other : least));
            if (!nothingSmallerToCome(first.time, s.heard)) return;
            s.waiting.splice(s.waiting.indexOf(first), 1);
            io.up.deliver(first.origin, first.message);
          }
        },
      },
    },
  };
};
