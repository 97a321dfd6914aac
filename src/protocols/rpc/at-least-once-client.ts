import type { Delay, Links, Module, NodeId } from "../../model/index.ts";
import type { Call, Calls, Reply } from "./calls.ts";
import type { Invocation } from "./service.ts";

/** When a caller that heard nothing asks again. */
export interface RetryRules {
  /** Whether executing the method twice does no harm. If not, silence ends the call. */
  mayRetry(method: string): boolean;
}

/** Whom to call, and how patiently. */
export interface AtLeastOnceClientOptions {
  readonly server: NodeId;
  readonly retryMs?: Delay;
  readonly rules?: Partial<RetryRules>;
}

interface Open {
  readonly call: number;
  readonly invocation: Invocation;
}

/**
 * Asks again until it is answered: the call is executed at least once if the server comes back and messages get through
 * now and then (RPC3). Over a server that remembers what it executed this is exactly once. A method that must not be
 * retried fails at the first silence instead, executed or not.
 *
 * Source: Birrell and Nelson 1984, section 3.3; Spector 1982, "at-least-once".
 */
export const atLeastOnceClient = ({
  server,
  retryMs = 50,
  rules: { mayRetry = () => true } = {},
}: AtLeastOnceClientOptions): Module<{
  provides: Calls;
  uses: { links: Links<Call | Reply> };
  state: { open: Open[] };
  timers: { silence: [call: number] };
}> => ({
  name: "at-least-once client",
  source: "Birrell and Nelson 1984, 3.3",
  init: () => ({ open: [] }),
  upon: {
    request: {
      call(s, io, call, invocation) {
        s.open.push({ call, invocation });
        io.links.send(server, callOf(s.open, call, io.incarnation, invocation));
        io.timers.silence.set(retryMs, call);
      },
    },
    timer: {
      silence(s, io, call) {
        const at = s.open.findIndex((open) => open.call === call);
        const { invocation } = s.open[at]!;
        if (mayRetry(invocation.method)) {
          io.links.send(server, callOf(s.open, call, io.incarnation, invocation));
          return io.timers.silence.set(retryMs, call);
        }
        s.open.splice(at, 1);
        io.up.failed(call, "deadline");
      },
    },
    links: {
      deliver(s, io, _from, reply) {
        if (reply.kind !== "reply") return io.note("not for a client");
        const at = s.open.findIndex(({ call }) => call === reply.call);
        if (at < 0 || reply.incarnation !== io.incarnation) return io.note("an answer that nobody waits for");
        const [{ call, invocation }] = s.open.splice(at, 1) as [Open];
        io.timers.silence.cancel(call);
        io.up.answer(call, invocation.method, reply.answer);
      },
    },
  },
});

const callOf = (open: readonly Open[], call: number, incarnation: number, invocation: Invocation): Call => ({
  kind: "call",
  call,
  incarnation,
  doneBelow: open.reduce((least, { call: other }) => Math.min(least, other), call),
  invocation,
});
