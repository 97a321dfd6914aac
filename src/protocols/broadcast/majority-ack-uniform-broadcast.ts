import type { Module, NodeId } from "../../model/index.ts";
import { majorityOf } from "../../model/index.ts";
import { type Acknowledged, acknowledge, takeReady } from "./acknowledged.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Relayed } from "./eager-reliable-broadcast.ts";

/** The rule of the broadcast that a mutant may change. */
export interface MajorityAckUniformRules {
  /** Whether a message may be delivered, by who relayed it, among so many processes. */
  readonly canDeliver: (acknowledgedBy: readonly NodeId[], n: number) => boolean;
}

/** The rule as the book has it: of a majority one is correct, and the correct ones relay to all. */
export const majorityAckUniformRules: MajorityAckUniformRules = {
  canDeliver: (acknowledgedBy, n) => acknowledgedBy.length >= majorityOf(n),
};

/**
 * Uniform reliable broadcast without a failure detector: deliver when a majority was seen to have the message. Fewer
 * than half may crash; if more do it blocks, but never delivers what the others will not (compare the all-ack one).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.5, "Majority-Ack Uniform Reliable Broadcast".
 */
export const majorityAckUniformBroadcast = <M>({
  rules,
}: {
  readonly rules?: Partial<MajorityAckUniformRules>;
} = {}): Module<{
  provides: Broadcast<M>;
  uses: { bestEffort: Broadcast<Relayed<M>> };
  state: { sent: number; pending: Acknowledged<M>[] };
}> => {
  const { canDeliver } = { ...majorityAckUniformRules, ...rules };
  return {
    name: "majority-ack uniform reliable broadcast",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.5",
    init: () => ({ sent: 0, pending: [] }),
    whenever(s, io) {
      const n = io.nodes.length;
      for (const { origin, message } of takeReady(s.pending, (by) => canDeliver(by, n))) io.up.deliver(origin, message);
    },
    upon: {
      request: {
        broadcast(s, io, message) {
          io.bestEffort.broadcast({ origin: io.self, sequence: s.sent++, message });
        },
      },
      bestEffort: {
        deliver(s, io, from, relayed) {
          const isNew = acknowledge(s.pending, from, relayed);
          if (isNew && relayed.origin !== io.self) io.bestEffort.broadcast(relayed);
        },
      },
    },
  };
};
