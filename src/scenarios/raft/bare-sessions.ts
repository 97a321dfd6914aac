import type { Links, Module, Sessions } from "../../model/index.ts";

/**
 * Sessions that promise nothing: one that is always open, and loses, repeats and reorders whatever the network does.
 * Raft is to be safe on it: that its messages come in order makes it fast, not right.
 */
export const bareSessions = <M>(
  carries: (message: M) => boolean = () => true,
): Module<{
  provides: Sessions<M>;
  uses: { links: Links<M> };
  state: Record<never, never>;
}> => ({
  name: "sessions that promise nothing",
  source:
    "Ongaro and Ousterhout 2014, section 2: safety under network delays, partitions, loss, duplication, reordering",
  init: () => ({}),
  start(_s, io) {
    for (const peer of io.nodes) if (peer !== io.self) io.up.opened(peer, io.incarnation + 1);
  },
  upon: {
    request: {
      send: (_s, io, to, message) => (carries(message) ? io.links.send(to, message) : undefined),
    },
    links: {
      deliver: (_s, io, from, message) => io.up.deliver(from, message),
    },
  },
});
