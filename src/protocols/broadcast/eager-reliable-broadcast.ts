import type { Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import { addNumber, emptyNumberSet, hasNumber, type NumberSet } from "../links/number-set.ts";
import type { Broadcast } from "./broadcast.ts";

/** A message with its origin and its number there, as it is relayed. */
export interface Relayed<M> {
  readonly origin: NodeId;
  readonly sequence: number;
  readonly message: M;
}

/** The rule of the broadcast that a mutant may change. */
export interface EagerReliableRules {
  /** Whether a process relays a message that it sees for the first time. */
  readonly relays: (origin: NodeId, self: NodeId) => boolean;
}

/** Everybody but the origin, whose broadcast was the first relay. */
export const eagerReliableRules: EagerReliableRules = { relays: (origin, self) => origin !== self };

/**
 * Eager reliable broadcast: everybody relays every message on first receipt, so that all correct processes deliver it or
 * none (RB4), whatever becomes of the sender and with no failure detector. O(n²) messages.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.3, "Eager Reliable Broadcast".
 */
export const eagerReliableBroadcast = <M>({
  rules,
}: {
  readonly rules?: Partial<EagerReliableRules>;
} = {}): Module<{
  provides: Broadcast<M>;
  uses: { bestEffort: Broadcast<Relayed<M>> };
  state: { sent: number; delivered: NumberSet[] };
}> => {
  const { relays } = { ...eagerReliableRules, ...rules };
  return {
    name: "eager reliable broadcast",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.3",
    init: ({ nodes }) => ({ sent: 0, delivered: perNode(nodes, emptyNumberSet) }),
    upon: {
      request: {
        broadcast(s, io, message) {
          io.bestEffort.broadcast({ origin: io.self, sequence: s.sent++, message });
        },
      },
      bestEffort: {
        deliver(s, io, _from, relayed) {
          const delivered = s.delivered[relayed.origin]!;
          if (hasNumber(delivered, relayed.sequence)) return;
          addNumber(delivered, relayed.sequence);
          io.up.deliver(relayed.origin, relayed.message);
          if (relays(relayed.origin, io.self)) io.bestEffort.broadcast(relayed);
        },
      },
    },
  };
};
