import { everyCallEnds, executedAtMostOnce, properties } from "../../check/index.ts";
import { type Bound, type Links, network, stack } from "../../model/index.ts";
import {
  type AtMostOnceMessage,
  type AtMostOnceServerRules,
  atMostOnceClient,
  atMostOnceServer,
  marshalling,
  type Serving,
  type Stub,
  stub,
} from "../../protocols/index.ts";
import { type AnyScenario, choice, integer, scenario } from "../../simulate/index.ts";
import { everyClientCalls, server, serverAndClients } from "./clients.ts";
import { type Likes, likes } from "./services.ts";

/** Row 15, the first of three semantics. */
export const atMostOnceScenario: AnyScenario = scenario({
  id: "rpc/at-most-once",
  rows: [13, 15],
  title: "Remote calls at most once, with deadlines",
  about:
    "A client asks again until its deadline, a server remembers what it executed. Its memory is volatile, so it refuses what was meant for its former self: the client then knows that it cannot know.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    clients: integer("clients", 2, 1, 10),
    calls: integer("calls of each client", 3, 1, 100),
    crashes: integer("crashes, of the server or of clients", 2, 0, 10),
    deadlineMs: integer("milliseconds that a caller waits", 150, 1, 60_000),
    wire: choice("what travels: values, as the simulator allows, or bytes, as a network needs", ["values", "bytes"]),
  },
  setup: ({ clients, calls, crashes, deadlineMs, wire }, _model, rules: Partial<AtMostOnceServerRules>) => {
    const links: Bound<Links<AtMostOnceMessage>> =
      wire === "bytes"
        ? stack(marshalling({ protocol: "likes", version: 1 }), { bytes: network("rpc") })
        : network("rpc");
    const counting: Bound<Serving> = stack(atMostOnceServer(likes(12_300), { rules }), { links });
    const calling: Bound<Stub<Likes>> = stack(stub<Likes>("like", "likeAs"), {
      calls: stack(atMostOnceClient({ server, deadlineMs, retryMs: 30 }), { links }),
    });
    return {
      processes: serverAndClients(clients, counting, calling),
      workload: everyClientCalls(clients, calls, () => ["like"]),
      properties: properties(executedAtMostOnce("RPC2"), everyCallEnds("RPC4")),
      faults: { crashes },
      windowMs: 300,
      patienceMs: 3_000,
    };
  },
  counterexamples: [
    {
      change: "the server takes what was meant for its former self, and has forgotten that it executed it",
      rules: { isMeant: () => true },
      violates: "RPC2",
      eventsMax: 12,
    },
  ],
});
