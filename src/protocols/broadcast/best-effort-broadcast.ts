import type { Links, Module } from "../../model/index.ts";
import type { Broadcast } from "./broadcast.ts";

/**
 * Best-effort broadcast: send to everybody. If the sender crashes on the way some have the message and some have not.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.1, "Basic Broadcast".
 */
export const bestEffortBroadcast = <M>(): Module<{
  provides: Broadcast<M>;
  uses: { links: Links<M> };
  state: Record<never, never>;
}> => ({
  name: "best-effort broadcast",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.1",
  init: () => ({}),
  upon: {
    request: {
      broadcast(_s, io, message) {
        for (const node of io.nodes) io.links.send(node, message);
      },
    },
    links: {
      deliver(_s, io, from, message) {
        io.up.deliver(from, message);
      },
    },
  },
});
