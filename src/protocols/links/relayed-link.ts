import type { Links, Module, NodeId } from "../../model/index.ts";
import type { Broadcast } from "../broadcast/broadcast.ts";

/** A message with its receiver, as it is flooded. */
export interface Flooded<M> {
  readonly to: NodeId;
  readonly message: M;
}

/**
 * Links over detours: every message goes to everybody, and everybody passes it on. It reaches its receiver as long as
 * any chain of working links does, also where the direct link is cut (row 12). The price is n² messages for one.
 *
 * Source: flooding; van Steen and Tanenbaum, Distributed Systems, 4th ed., 4.4.
 */
export const relayedLink = <M>(): Module<{
  provides: Links<M>;
  uses: { flood: Broadcast<Flooded<M>> };
  state: Record<never, never>;
}> => ({
  name: "relayed link",
  source: "van Steen and Tanenbaum, Distributed Systems, 4.4 (flooding)",
  init: () => ({}),
  upon: {
    request: {
      send(_s, io, to, message) {
        io.flood.broadcast({ to, message });
      },
    },
    flood: {
      deliver(_s, io, origin, { to, message }) {
        if (to === io.self) io.up.deliver(origin, message);
      },
    },
  },
});
