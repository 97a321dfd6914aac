import type { Links, Module, Sessions } from "../../../model/index.ts";

/** What a play tells a server of its session with the sender. */
export interface SessionNotice {
  readonly kind: "session ended" | "session opened";
  readonly session: number;
}

const isNotice = (message: unknown): message is SessionNotice => {
  const { kind } = message as { readonly kind?: unknown };
  return kind === "session ended" || kind === "session opened";
};

/** Sessions that end when a play says so, and never by themselves. They carry each message as it is. */
export const sessionsByHand = <M>(): Module<{
  provides: Sessions<M>;
  uses: { links: Links<M | SessionNotice> };
  state: Record<never, never>;
}> => ({
  name: "sessions that end when a play says so",
  source: "RFC 9293, TCP, section 3.6, of which they keep that both ends hear of the end",
  init: () => ({}),
  start(_s, io) {
    for (const peer of io.nodes) if (peer !== io.self) io.up.opened(peer, io.incarnation + 1);
  },
  upon: {
    request: {
      send: (_s, io, to, message) => io.links.send(to, message),
    },
    links: {
      deliver(_s, io, from, message) {
        if (!isNotice(message)) return io.up.deliver(from, message);
        if (message.kind === "session ended") io.up.ended(from, message.session);
        else io.up.opened(from, message.session);
      },
    },
  },
});
