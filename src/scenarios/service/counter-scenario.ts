import {
  appliedAtMostOnce,
  at,
  callsAreAnswered,
  linearizable,
  noAlarm,
  outcomesAreTrue,
  properties,
  sameStateAtIndex,
  specifications,
} from "../../check/index.ts";
import {
  type CommandOutcome,
  type Entry,
  type QueryOutcome,
  replicatedService,
  type ServiceMessage,
  type ServiceRules,
  type SnapshotChunk,
} from "../../machines/index.ts";
import { among, type Bound, many, network, type Sessions, stack } from "../../model/index.ts";
import {
  bestEffortBroadcast,
  consensusTotalOrderBroadcast,
  eagerReliableBroadcast,
  paxos,
  sessionLink,
} from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { type Add, counterMachine } from "./counter.ts";
import { clientsOf } from "./service-workload.ts";
import { totalOrderLog } from "./total-order-log.ts";

const sessions = <M>(): Bound<Sessions<M>> => stack(sessionLink<M>(), { fairLoss: network("service/clients") });

/** Linearizability of the counter, as its clients see it. */
const linearizableCounter = linearizable<number, specifications.CounterInput, number>("LIN", specifications.counter(), {
  input: (name, args) => {
    if (name === "execute") return { kind: "add", delta: (args[1] as Add).by };
    return name === "query" ? { kind: "read" } : undefined;
  },
  output: (name, args) => {
    if (name === "outcome") {
      const outcome = args[1] as CommandOutcome<number>;
      if (outcome.kind === "answer") return { output: outcome.answer };
      return outcome.happened === "no"
        ? "without effect"
        : outcome.happened === "yes"
          ? { output: undefined }
          : "maybe";
    }
    if (name !== "result") return undefined;
    const result = args[1] as QueryOutcome<number>;
    return result.kind === "answer" ? { output: result.result } : "without effect";
  },
});

/** Row 52. */
export const counterScenario: AnyScenario = scenario({
  id: "service/counter-by-total-order",
  rows: [52],
  title: "A counter as a service, on any total order",
  model: { network: "reliable", nodes: "crash-stop", timing: "eventually-synchronous" },
  parameters: {
    replicas: integer("replicas", 3, 1, 9),
    clients: integer("clients", 2, 1, 9),
    calls: integer("calls of each client", 3, 1, 100),
    f: integer("replicas that may crash", 1, 0, 4),
  },
  setup: ({ replicas, clients, calls, f }, _model, rules: Partial<ServiceRules>) => {
    const servers = Array.from({ length: replicas }, (_, node) => node);
    const service = replicatedService(counterMachine, {
      hashEvery: 2,
      client: { timeoutMs: 60_000, retryMs: { from: 100, to: 150 } },
      replica: { tells: true },
      rules,
    });
    const log = totalOrderLog<Entry<Add>, SnapshotChunk>(
      stack(consensusTotalOrderBroadcast(), {
        reliable: stack(eagerReliableBroadcast(), { bestEffort: stack(bestEffortBroadcast(), { links: network() }) }),
        consensus: many(paxos()),
      }),
    );
    type Message = ServiceMessage<Add, number, null, number>;
    return {
      processes: [
        ...servers.map((node) => ({
          name: `replica ${node + 1}`,
          stack: service.server(among(servers, log), sessions<Message>()),
        })),
        ...Array.from({ length: clients }, (_, at) => ({
          name: `client ${at + 1}`,
          stack: service.client(servers, among([...servers, replicas + at], sessions<Message>())),
        })),
      ],
      workload: clientsOf({ replicas, clients, calls, pauseMs: 30 }, (draw, author, number) =>
        draw.below("operation", 3) === 0
          ? { kind: "query", query: null }
          : { kind: "execute", command: { by: draw.between("by", 1, 9), author, number } },
      ),
      properties: properties(
        linearizableCounter,
        appliedAtMostOnce(),
        outcomesAreTrue(),
        callsAreAnswered(),
        at("replica.machine", sameStateAtIndex()),
        noAlarm(),
      ),
      f,
      faults: { candidates: servers },
      windowMs: 200,
      dials: { gstMs: 200, boundFactorMax: 5 },
    };
  },
});
