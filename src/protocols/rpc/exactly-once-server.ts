import type { Links, Log, Module } from "../../model/index.ts";
import type { Call, Effect, Reply, Serving } from "./calls.ts";
import {
  type DeduplicationRules,
  deduplicationRules,
  forgetBelow,
  type Remembered,
  rememberedOf,
} from "./deduplication.ts";
import type { ServiceMachine } from "./service.ts";

/** The rules of durable deduplication. */
export interface ExactlyOnceRules extends DeduplicationRules {
  /** Whether the table of answers comes back from the log with the state. */
  restoresAnswers(): boolean;
  /** How an answer leaves: once the effect is durable, which is what sending does by itself. */
  reply(early: (send: () => void) => void, send: () => void): void;
}

/** An effect and the memory of its request are one entry of the log, and no answer leaves before that is durable. */
export const exactlyOnceRules: ExactlyOnceRules = {
  ...deduplicationRules,
  restoresAnswers: () => true,
  reply: (_early, send) => send(),
};

/**
 * Executes each request once, whatever is lost, repeated or crashes: the effect and the fact that this request had it
 * are one entry of one log, so after a crash there are both or neither (RPC2), and a client that asks again gets the
 * answer that was lost (RPC3). If the server crashed after executing and before answering, and the table were
 * volatile, the repeated request would be executed a second time.
 *
 * Source: Lee, Park, Kejriwal, Matsushita, Ousterhout 2015, Implementing Linearizability at Large Scale and Low Latency
 * (RIFL), section 3: completion records, written with the update; Kleppmann, Distributed Systems, lecture 5.
 */
export const exactlyOnceServer = <State>(
  service: ServiceMachine<State>,
  { rules: changed = {} }: { readonly rules?: Partial<ExactlyOnceRules> } = {},
): Module<{
  provides: Serving;
  uses: { links: Links<Call | Reply> };
  state: { service: State; table: Map<number, Remembered> };
  disk: { effects: Log<Effect> };
}> => {
  const rules: ExactlyOnceRules = { ...exactlyOnceRules, ...changed };
  return {
    name: "exactly-once server",
    source: "Lee, Park, Kejriwal, Matsushita, Ousterhout 2015, section 3",
    disk: { effects: "log" },
    init: () => ({ service: service.init(), table: new Map() }),
    start(s, io) {
      const { effects } = io.disk;
      for (let at = effects.first; at < effects.end; at++) {
        const { client, call, incarnation, invocation } = effects.at(at);
        const { state, answer } = service.apply(s.service, invocation)!;
        s.service = state;
        if (rules.restoresAnswers()) rememberedOf(s.table, client, incarnation).answers.set(call, { answer });
        io.up.executed(client, call, invocation.method);
      }
      io.up.restored();
    },
    upon: {
      request: {},
      links: {
        deliver(s, io, from, message) {
          if (message.kind !== "call") return io.note("not for a server");
          const { call, incarnation, invocation, doneBelow } = message;
          const remembered = rememberedOf(s.table, from, incarnation);
          if (rules.isOver(remembered, incarnation, call)) return io.note("a late copy: refused", from, call);
          forgetBelow(remembered, doneBelow);
          const known = remembered.answers.get(call);
          if (known !== undefined)
            return io.links.send(from, { kind: "reply", call, incarnation, answer: known.answer });
          const outcome = service.apply(s.service, invocation);
          if (outcome === undefined) return io.note("no such method", invocation.method);
          const { state, answer } = outcome;
          s.service = state;
          remembered.answers.set(call, { answer });
          io.disk.effects.append({ client: from, call, incarnation, invocation });
          io.up.executed(from, call, invocation.method);
          rules.reply(io.early, () => io.links.send(from, { kind: "reply", call, incarnation, answer }));
        },
      },
    },
  };
};
