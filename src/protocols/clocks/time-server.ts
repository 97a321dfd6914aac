import type { Delay, Links, Module, NodeId, Nothing } from "../../model/index.ts";

/** Times of day in milliseconds, named as NTP names them. */
export type TimeMessage =
  | { readonly kind: "ask"; readonly t1: number }
  | { readonly kind: "tell"; readonly t1: number; readonly t2: number; readonly t3: number };

/**
 * Tells the time of its own clock, and when it received the question, so that its work does not count as delay.
 *
 * Source: Mills 1991, Internet Time Synchronization: The Network Time Protocol.
 */
export const timeServer = ({
  workMs = { from: 0, to: 5 },
}: {
  readonly workMs?: Delay;
} = {}): Module<{
  provides: Nothing;
  uses: { links: Links<TimeMessage> };
  state: Record<never, never>;
  timers: { answer: [to: NodeId, t1: number, t2: number] };
}> => ({
  name: "time server",
  source: "Mills 1991",
  init: () => ({}),
  upon: {
    request: {},
    links: {
      deliver(_s, io, from, message) {
        if (message.kind !== "ask") return io.note("not for a server");
        io.timers.answer.set(workMs, from, message.t1, io.clock("wall"));
      },
    },
    timer: {
      answer(_s, io, to, t1, t2) {
        io.links.send(to, { kind: "tell", t1, t2, t3: io.clock("wall") });
      },
    },
  },
});
