import { everyCallEnds, notExecutedLate, properties } from "../../check/index.ts";
import { type Bound, network, stack } from "../../model/index.ts";
import {
  atMostOnceClient,
  atMostOnceServer,
  remainingTime,
  type Serving,
  type Stub,
  stub,
  timeOfDay,
} from "../../protocols/index.ts";
import { type AnyScenario, choice, integer, scenario } from "../../simulate/index.ts";
import { everyClientCalls, server, serverAndClients } from "./clients.ts";
import { type Likes, likes } from "./services.ts";

/** The bounds of this scenario, milliseconds: of a message, and of a sync before the server may say that it did it. */
const delayMsMax = 10;
const syncMsMax = 2;

/** Row 15: deadlines. */
export const deadlinesScenario: AnyScenario = scenario({
  id: "rpc/deadlines",
  rows: [15],
  title: "Deadlines travel as remaining milliseconds",
  about:
    "A busy server must not spend its time on calls that nobody waits for any more. A duration can be counted down on any clock; a time of day means something else on every machine.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "synchronous" },
  parameters: {
    clients: integer("clients", 3, 1, 10),
    calls: integer("calls of each client", 3, 1, 100),
    deadlineMs: integer("milliseconds that a caller waits", 60, 1, 60_000),
    workMs: integer("milliseconds that a call takes to execute", 25, 1, 60_000),
    deadlines: choice("how a deadline crosses the network", ["remaining time", "time of day"]),
    offsetMs: integer("largest difference of a wall clock from true time", 1_000, 0, 1_000_000),
  },
  setup: ({ clients, calls, deadlineMs, workMs, deadlines: form, offsetMs }) => {
    const deadlines = form === "time of day" ? timeOfDay : remainingTime;
    const counting: Bound<Serving> = stack(atMostOnceServer(likes(12_300), { workMs, deadlines }), {
      links: network("rpc"),
    });
    const calling: Bound<Stub<Likes>> = stack(stub<Likes>("like", "likeAs"), {
      calls: stack(atMostOnceClient({ server, deadlineMs, retryMs: 30, deadlines }), { links: network("rpc") }),
    });
    return {
      processes: serverAndClients(clients, counting, calling),
      workload: everyClientCalls(clients, calls, () => ["like"]),
      properties: properties(notExecutedLate("RPC5", deadlineMs, delayMsMax + syncMsMax), everyCallEnds("RPC4")),
      dials: { delayMsMax, syncMsMax, clockOffsetMsMax: offsetMs },
      windowMs: 300,
      patienceMs: 3_000,
    };
  },
  counterexamples: [
    {
      change: "a deadline is a time of day, and the server's clock is behind",
      parameters: { deadlines: "time of day" },
      violates: "RPC5",
      eventsMax: 12,
    },
  ],
});
