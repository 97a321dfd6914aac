import type { Links, Log, Module } from "../../model/index.ts";
import type { Call, Effect, Reply, Serving } from "./calls.ts";
import type { ServiceMachine } from "./service.ts";

/**
 * Executes whatever arrives and remembers nothing: a request that comes twice is executed twice. Right for idempotent
 * methods only, where twice is as good as once.
 *
 * Source: Spector 1982, Performing Remote Operations Efficiently on a Local Computer Network, "at-least-once".
 */
export const atLeastOnceServer = <State>(
  service: ServiceMachine<State>,
): Module<{
  provides: Serving;
  uses: { links: Links<Call | Reply> };
  state: { service: State };
  disk: { effects: Log<Effect> };
}> => ({
  name: "at-least-once server",
  source: "Spector 1982",
  disk: { effects: "log" },
  init: () => ({ service: service.init() }),
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
        if (message.kind !== "call") return io.note("not for a server");
        const { call, incarnation, invocation } = message;
        const outcome = service.apply(s.service, invocation);
        if (outcome === undefined) return io.note("no such method", invocation.method);
        s.service = outcome.state;
        io.disk.effects.append({ client: from, call, incarnation, invocation });
        io.up.executed(from, call, invocation.method);
        io.links.send(from, { kind: "reply", call, incarnation, answer: outcome.answer });
      },
    },
  },
});
