import { type Bound, type Links, type Module, type NodeId, network, type Sessions, stack } from "../../model/index.ts";

/** Channels whose name begins so hear of sessions, from the host, as messages of this node to itself. */
export const sessionChannelPrefix = "sessions/";

/** What the host says on such a channel. */
export interface SessionNews {
  readonly kind: "opened" | "ended";
  readonly peer: NodeId;
  readonly session: number;
}

const hostSessionModule = <M>(): Module<{
  provides: Sessions<M>;
  uses: { wire: Links<M | SessionNews> };
  state: Record<never, never>;
}> => ({
  name: "sessions of the host",
  source: "RFC 9293",
  init: () => ({}),
  upon: {
    request: {
      send(_s, io, to, message) {
        // Only the host speaks as this node itself.
        if (to === io.self) io.note("has no session with itself");
        else io.wire.send(to, message);
      },
    },
    wire: {
      deliver(_s, io, from, message) {
        if (from !== io.self) return io.up.deliver(from, message as M);
        const news = message as SessionNews;
        io.up[news.kind](news.peer, news.session);
      },
    },
  },
});

/**
 * The session link of row 11 as the Node host gives it: one TCP connection is one session. Where a simulated stack has
 * `sessionLink` over a fair-loss network, a stack for `NodeHost` has this. Messages arrive in order and none is missing
 * until the session ends, which both ends are told; a session's number is larger than all before it with that peer. Not
 * for members of a family.
 */
export const hostSessions = <M>(name: string): Bound<Sessions<M>> =>
  stack(hostSessionModule<M>(), { wire: network<M | SessionNews>(`${sessionChannelPrefix}${name}`) });
