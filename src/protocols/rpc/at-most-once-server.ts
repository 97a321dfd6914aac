import type { Delay, Links, Log, Module, NodeId } from "../../model/index.ts";
import type { AtMostOnceMessage } from "./at-most-once.ts";
import type { Effect, Serving } from "./calls.ts";
import { type DeadlineRules, remainingTime } from "./deadline.ts";
import {
  type DeduplicationRules,
  deduplicationRules,
  forgetBelow,
  type Remembered,
  rememberedOf,
} from "./deduplication.ts";
import type { Invocation, ServiceMachine } from "./service.ts";

/** The rules of the server. */
export interface AtMostOnceServerRules extends DeduplicationRules {
  /** Whether a request was meant for this incarnation of the server. */
  isMeant(binding: number, incarnation: number): boolean;
}

/** A table in memory suffices, because what was meant for an earlier incarnation is refused. */
export const atMostOnceServerRules: AtMostOnceServerRules = {
  ...deduplicationRules,
  isMeant: (binding, incarnation) => binding === incarnation,
};

/** How the server works. */
export interface AtMostOnceServerOptions {
  /** Milliseconds that executing a call takes; calls wait for each other. */
  readonly workMs?: Delay;
  readonly deadlines?: DeadlineRules;
  readonly rules?: Partial<AtMostOnceServerRules>;
}

interface Waiting {
  readonly client: NodeId;
  readonly call: number;
  readonly incarnation: number;
  readonly invocation: Invocation;
  readonly expiry: number;
}

/** How many requests may wait; what does not fit is not answered, and its client asks again. */
export const waitingMax = 1_000;

/**
 * Executes each request at most once (RPC2), and none whose caller has given up by the count of its remaining time. The
 * table of answers is volatile: requests meant for an earlier incarnation of the server are refused, whether they were
 * executed or not. Were they taken, a request that was executed before a crash would be executed again after it.
 *
 * Source: Birrell and Nelson 1984, Implementing Remote Procedure Calls, sections 3.2 and 3.3.
 */
export const atMostOnceServer = <State>(
  service: ServiceMachine<State>,
  { workMs = 5, deadlines = remainingTime, rules: changed = {} }: AtMostOnceServerOptions = {},
): Module<{
  provides: Serving;
  uses: { links: Links<AtMostOnceMessage> };
  state: { service: State; table: Map<number, Remembered>; waiting: Waiting[] };
  disk: { effects: Log<Effect> };
  timers: { work: [] };
}> => {
  const rules: AtMostOnceServerRules = { ...atMostOnceServerRules, ...changed };
  return {
    name: "at-most-once server",
    source: "Birrell and Nelson 1984, 3.2 and 3.3",
    disk: { effects: "log" },
    init: () => ({ service: service.init(), table: new Map(), waiting: [] }),
    start(s, io) {
      const { effects } = io.disk;
      for (let at = effects.first; at < effects.end; at++) {
        const { client, call, invocation } = effects.at(at);
        s.service = service.apply(s.service, invocation)!.state;
        io.up.executed(client, call, invocation.method);
      }
      io.up.restored();
    },
    upon: {
      request: {},
      links: {
        deliver(s, io, from, message) {
          if (message.kind === "bind") return io.links.send(from, { kind: "bound", binding: io.incarnation });
          if (message.kind !== "call") return io.note("not for a server");
          const { call, incarnation, binding, doneBelow, deadline, invocation } = message;
          if (!rules.isMeant(binding, io.incarnation))
            return io.links.send(from, { kind: "bound", binding: io.incarnation });
          const remembered = rememberedOf(s.table, from, incarnation);
          if (rules.isOver(remembered, incarnation, call)) return io.note("a late copy: refused", from, call);
          forgetBelow(remembered, doneBelow);
          const known = remembered.answers.get(call);
          if (known !== undefined)
            return io.links.send(from, { kind: "reply", call, incarnation, answer: known.answer });
          if (remembered.answers.has(call)) return io.note("under way", from, call);
          if (s.waiting.length >= waitingMax) return io.note("too much to do: refused", from, call);
          remembered.answers.set(call, undefined);
          if (s.waiting.length === 0) io.timers.work.set(workMs);
          const expiry = deadlines.expiryOf(io.clock, deadline);
          s.waiting.push({ client: from, call, incarnation, invocation, expiry });
        },
      },
      timer: {
        work(s, io) {
          const { client, call, incarnation, invocation, expiry } = s.waiting.shift()!;
          if (s.waiting.length > 0) io.timers.work.set(workMs);
          if (deadlines.hasExpired(io.clock, expiry)) return io.note("its time is over: not executed", client, call);
          const outcome = service.apply(s.service, invocation);
          if (outcome === undefined) return io.note("no such method", invocation.method);
          const { state, answer } = outcome;
          s.service = state;
          const remembered = s.table.get(client)!;
          if (remembered.incarnation === incarnation) remembered.answers.set(call, { answer });
          io.disk.effects.append({ client, call, incarnation, invocation });
          io.up.executed(client, call, invocation.method);
          io.links.send(client, { kind: "reply", call, incarnation, answer });
        },
      },
    },
  };
};
