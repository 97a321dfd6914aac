import type { Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { Broadcast } from "./broadcast.ts";

/** A message with its past: how many messages of each origin it may depend on. */
export interface Stamped<M> {
  readonly past: readonly number[];
  readonly body: M;
}

/** The rules of the broadcast that a mutant may change. */
export interface WaitingCausalRules {
  /** How many messages of its own a process counts into the past of a message, having sent so many before it. */
  readonly ownInPast: (sentBefore: number) => number;
  /** Whether a message may be delivered, by its past and how many messages of each origin were delivered. */
  readonly mayDeliver: (past: readonly number[], delivered: readonly number[]) => boolean;
}

/**
 * The rules as the book has them. A message is not in its own past: stamped after the count, it would wait for itself,
 * and nothing would ever be delivered.
 */
export const waitingCausalRules: WaitingCausalRules = {
  ownInPast: (sentBefore) => sentBefore,
  mayDeliver: (past, delivered) => past.every((count, node) => count <= delivered[node]!),
};

/**
 * Causal-order broadcast by waiting: a message is delivered when everything in its past was (CRB5). Without the wait a
 * reply can come before its question.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.15, "Waiting Causal Broadcast"; Birman, Schiper, Stephenson 1991.
 */
export const waitingCausalBroadcast = <M>({
  rules,
}: {
  readonly rules?: Partial<WaitingCausalRules>;
} = {}): Module<{
  provides: Broadcast<M>;
  uses: { reliable: Broadcast<Stamped<M>> };
  state: { sent: number; delivered: number[]; pending: { origin: NodeId; stamped: Stamped<M> }[] };
}> => {
  const { ownInPast, mayDeliver } = { ...waitingCausalRules, ...rules };
  return {
    name: "waiting causal broadcast",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.15",
    init: ({ nodes }) => ({ sent: 0, delivered: perNode(nodes, () => 0), pending: [] }),
    upon: {
      request: {
        broadcast(s, io, body) {
          io.reliable.broadcast({ past: s.delivered.with(io.self, ownInPast(s.sent++)), body });
        },
      },
      reliable: {
        deliver(s, io, origin, stamped) {
          s.pending.push({ origin, stamped });
          const ready = (): number => s.pending.findIndex(({ stamped: { past } }) => mayDeliver(past, s.delivered));
          for (let at = ready(); at >= 0; at = ready()) {
            const next = s.pending.splice(at, 1)[0]!;
            io.up.deliver(next.origin, next.stamped.body);
            s.delivered[next.origin]!++;
          }
        },
      },
    },
  };
};
