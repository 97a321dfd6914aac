import { everyCallEnds, executedAtLeastOnce, executedAtMostOnce, properties } from "../../check/index.ts";
import { type Bound, network, stack } from "../../model/index.ts";
import {
  atLeastOnceClient,
  atLeastOnceServer,
  type RetryRules,
  type Serving,
  type Stub,
  stub,
} from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { everyClientCalls, server, serverAndClients } from "./clients.ts";
import { type Likes, likes } from "./services.ts";

/** Row 16: over a server that remembers nothing, the client must know which methods bear repetition. */
export const idempotentRetryScenario: AnyScenario = scenario({
  id: "rpc/idempotent-retry",
  rows: [15, 16],
  title: "Retry what is idempotent, give up what is not",
  about:
    "The server remembers nothing, so the client repeats only the methods that bear it. The others fail at the first silence: maybe executed, and never twice. The network must not copy messages by itself.",
  model: { network: "reliable", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    clients: integer("clients", 2, 1, 10),
    calls: integer("calls of each client", 3, 1, 100),
    crashes: integer("crashes, of the server or of clients", 2, 0, 10),
  },
  setup: ({ clients, calls, crashes }, _model, rules: Partial<RetryRules>) => {
    const retry: RetryRules = { mayRetry: (method) => method === "likeAs", ...rules };
    const counting: Bound<Serving> = stack(atLeastOnceServer(likes(12_300)), { links: network("rpc") });
    const calling: Bound<Stub<Likes>> = stack(stub<Likes>("like", "likeAs"), {
      calls: stack(atLeastOnceClient({ server, rules: retry }), { links: network("rpc") }),
    });
    return {
      processes: serverAndClients(clients, counting, calling),
      workload: everyClientCalls(clients, calls, (client, call, draw) =>
        draw.chance("idempotent", 0.5) ? ["likeAs", 1_000_000 * client + call] : ["like"],
      ),
      properties: properties(
        executedAtMostOnce("RPC2", ["like"]),
        executedAtLeastOnce("RPC3", ["likeAs"]),
        everyCallEnds("RPC4"),
      ),
      faults: { crashes },
      windowMs: 300,
      patienceMs: 5_000,
    };
  },
  counterexamples: [
    { change: "the network copies messages", model: { network: "fair-loss" }, violates: "RPC2", eventsMax: 12 },
  ],
});
