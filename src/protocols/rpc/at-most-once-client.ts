import type { IO, Links, Module, NodeId } from "../../model/index.ts";
import type { AtMostOnceMessage } from "./at-most-once.ts";
import type { Calls } from "./calls.ts";
import { type DeadlineRules, remainingTime } from "./deadline.ts";
import type { Invocation } from "./service.ts";

/** Whom to call, and how long to wait. */
export interface AtMostOnceClientOptions {
  readonly server: NodeId;
  readonly deadlineMs?: number;
  readonly retryMs?: number;
  readonly deadlines?: DeadlineRules;
}

interface Open {
  readonly call: number;
  readonly invocation: Invocation;
  /** On this client's monotonic clock. */
  readonly expiry: number;
  /** The incarnation of the server that it was sent to; null while it was sent to none. */
  binding: number | null;
}

/** The types of the client. */
export type AtMostOnceClient = {
  provides: Calls;
  uses: { links: Links<AtMostOnceMessage> };
  state: { binding: number | null; open: Open[] };
  timers: { silence: []; deadline: [call: number] };
};

/**
 * Calls at most once, with deadlines: asks again until the answer comes or the time is over, and gives a call up when
 * the server has restarted, since the new incarnation cannot know whether the old one executed it.
 *
 * Source: Birrell and Nelson 1984, Implementing Remote Procedure Calls, sections 3.2 and 3.3 (the identifier of the
 * exporter that changes at its restart).
 */
export const atMostOnceClient = ({
  server,
  deadlineMs = 200,
  retryMs = 50,
  deadlines = remainingTime,
}: AtMostOnceClientOptions): Module<AtMostOnceClient> => ({
  name: "at-most-once client",
  source: "Birrell and Nelson 1984, 3.2 and 3.3",
  init: () => ({ binding: null, open: [] }),
  upon: {
    request: {
      call(s, io, call, invocation) {
        s.open.push({ call, invocation, expiry: io.clock("monotonic") + deadlineMs, binding: null });
        io.timers.deadline.set(deadlineMs, call);
        ask(s, io, server, deadlines);
        io.timers.silence.set(retryMs);
      },
    },
    timer: {
      silence(s, io) {
        if (s.open.length === 0) return;
        ask(s, io, server, deadlines);
        io.timers.silence.set(retryMs);
      },
      deadline(s, io, call) {
        s.open = s.open.filter((open) => open.call !== call);
        io.up.failed(call, "deadline");
      },
    },
    links: {
      deliver(s, io, _from, message) {
        if (message.kind === "bound") {
          if (s.binding !== null && message.binding <= s.binding) return io.note("bound already");
          s.binding = message.binding;
          for (const { call, binding } of s.open) {
            if (binding === null) continue;
            io.timers.deadline.cancel(call);
            io.up.failed(call, "server restarted");
          }
          s.open = s.open.filter(({ binding }) => binding === null);
          ask(s, io, server, deadlines);
        } else if (message.kind === "reply") {
          const open = s.open.find(({ call }) => call === message.call);
          if (open === undefined || message.incarnation !== io.incarnation) return io.note("nobody waits for it");
          s.open = s.open.filter((other) => other !== open);
          io.timers.deadline.cancel(open.call);
          io.up.answer(open.call, open.invocation.method, message.answer);
        } else io.note("not for a client");
      },
    },
  },
});

/** Sends every open call to the incarnation of the server that is known; asks for it while none is. */
const ask = (
  s: AtMostOnceClient["state"],
  io: IO<AtMostOnceClient>,
  server: NodeId,
  deadlines: DeadlineRules,
): void => {
  const { binding } = s;
  if (binding === null) return io.links.send(server, { kind: "bind" });
  const doneBelow = Math.min(...s.open.map(({ call }) => call));
  for (const open of s.open) {
    open.binding = binding;
    const { call, invocation, expiry } = open;
    const deadline = deadlines.stampOf(io.clock, Math.max(0, expiry - io.clock("monotonic")));
    io.links.send(server, {
      kind: "call",
      call,
      incarnation: io.incarnation,
      binding,
      doneBelow,
      deadline,
      invocation,
    });
  }
};
