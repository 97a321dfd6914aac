import type { Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { Broadcast } from "./broadcast.ts";

/** A message with its past: how many messages of each origin it may depend on. */
export interface Stamped<M> {
  readonly past: readonly number[];
  readonly body: M;
}

/**
 * Causal-order broadcast by waiting: a message is delivered when everything in its past was (CRB5).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.15, "Waiting Causal Broadcast"; Birman, Schiper, Stephenson 1991.
 */
export const waitingCausalBroadcast = <M>(): Module<{
  provides: Broadcast<M>;
  uses: { reliable: Broadcast<Stamped<M>> };
  state: { sent: number; delivered: number[]; pending: { origin: NodeId; stamped: Stamped<M> }[] };
}> => ({
  name: "waiting causal broadcast",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.15",
  init: ({ nodes }) => ({ sent: 0, delivered: perNode(nodes, () => 0), pending: [] }),
  upon: {
    request: {
      broadcast(s, io, body) {
        io.reliable.broadcast({ past: s.delivered.with(io.self, s.sent++), body });
      },
    },
    reliable: {
      deliver(s, io, origin, stamped) {
        s.pending.push({ origin, stamped });
        const ready = (): number =>
          s.pending.findIndex(({ stamped: { past } }) => past.every((count, node) => count <= s.delivered[node]!));
        for (let at = ready(); at >= 0; at = ready()) {
          const next = s.pending.splice(at, 1)[0]!;
          io.up.deliver(next.origin, next.stamped.body);
          s.delivered[next.origin]!++;
        }
      },
    },
  },
});
