import type { Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { Broadcast } from "./broadcast.ts";

/** A message with its origin and its number there, as it is relayed. */
export interface Relayed<M> {
  readonly origin: NodeId;
  readonly sequence: number;
  readonly message: M;
}

/** What was delivered from one origin: everything below `next`, and the numbers in `beyond`. */
interface Delivered {
  next: number;
  beyond: number[];
}

const firstTime = (delivered: Delivered, sequence: number): boolean => {
  if (sequence < delivered.next || delivered.beyond.includes(sequence)) return false;
  if (sequence !== delivered.next) delivered.beyond.push(sequence);
  else {
    delivered.next++;
    while (delivered.beyond.includes(delivered.next))
      delivered.beyond.splice(delivered.beyond.indexOf(delivered.next++), 1);
  }
  return true;
};

/**
 * Eager reliable broadcast: everybody relays every message on first receipt, so that all correct processes deliver it or
 * none (RB4), whatever becomes of the sender and with no failure detector. O(n²) messages.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.3, "Eager Reliable Broadcast".
 */
export const eagerReliableBroadcast = <M>(): Module<{
  provides: Broadcast<M>;
  uses: { bestEffort: Broadcast<Relayed<M>> };
  state: { sent: number; delivered: Delivered[] };
}> => ({
  name: "eager reliable broadcast",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.3",
  init: ({ nodes }) => ({ sent: 0, delivered: perNode(nodes, () => ({ next: 0, beyond: [] })) }),
  upon: {
    request: {
      broadcast(s, io, message) {
        io.bestEffort.broadcast({ origin: io.self, sequence: s.sent++, message });
      },
    },
    bestEffort: {
      deliver(s, io, _from, relayed) {
        if (!firstTime(s.delivered[relayed.origin]!, relayed.sequence)) return;
        io.up.deliver(relayed.origin, relayed.message);
        if (relayed.origin !== io.self) io.bestEffort.broadcast(relayed);
      },
    },
  },
});
