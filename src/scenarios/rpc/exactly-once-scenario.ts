import { acknowledgedSurvives, executedAtLeastOnce, executedAtMostOnce, properties } from "../../check/index.ts";
import { type Bound, network, stack } from "../../model/index.ts";
import {
  atLeastOnceClient,
  type ExactlyOnceRules,
  exactlyOnceServer,
  type Serving,
  type Stub,
  stub,
} from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { oneLikeEach } from "./at-least-once-scenario.ts";
import { everyClientCalls, server, serverAndClients } from "./clients.ts";
import { type Likes, likes } from "./services.ts";

/** Row 15, the third of three semantics. */
export const exactlyOnceScenario: AnyScenario = scenario({
  id: "rpc/exactly-once",
  rows: [15, 16],
  title: "Exactly once: the memory of a request is as durable as its effect",
  about:
    "Retry until answered gives at least once; a table of what was executed gives at most once, as long as it survives what the effects survive. Effect and memory are one entry of one log.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    clients: integer("clients", 2, 1, 10),
    calls: integer("calls of each client", 3, 1, 100),
    crashes: integer("crashes, of the server or of clients", 2, 0, 10),
  },
  setup: ({ clients, calls, crashes }, _model, rules: Partial<ExactlyOnceRules>) => {
    const before = 12_300;
    const counting: Bound<Serving> = stack(exactlyOnceServer(likes(before), { rules }), { links: network("rpc") });
    const calling: Bound<Stub<Likes>> = stack(stub<Likes>("like", "likeAs"), {
      calls: stack(atLeastOnceClient({ server, retryMs: 40 }), { links: network("rpc") }),
    });
    return {
      processes: serverAndClients(clients, counting, calling),
      workload: everyClientCalls(clients, calls, () => ["like"]),
      properties: properties(
        executedAtMostOnce("RPC2"),
        executedAtLeastOnce("RPC3"),
        acknowledgedSurvives("RPC6"),
        oneLikeEach(before),
      ),
      faults: { crashes },
      windowMs: 300,
      patienceMs: 5_000,
    };
  },
  counterexamples: [
    {
      change: "the server crashes after executing and before replying, and its table of requests is volatile",
      rules: { restoresAnswers: () => false },
      violates: "RPC2",
      eventsMax: 7,
    },
  ],
});
