import { figure2Rules } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { clients, processesOf, raftSafety, raftServer } from "./raft-cluster.ts";
import { operators } from "./raft-members-scenario.ts";
import type { RaftChanges } from "./raft-mutants.ts";

/** Row 65: membership, safety alone, in the weakest model. */
export const raftMembersSafetyScenario: AnyScenario = scenario({
  id: "consensus/raft-members-safety",
  rows: [65],
  title: "Raft's members change while leaders follow each other",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 4, 1, 9),
    voters: integer("voters at first", 4, 1, 9),
    operations: integer("operations of each process", 5, 1, 1_000),
    changes: integer("wishes of the operator", 20, 0, 100),
  },
  setup: ({ n, voters, operations, changes }, _model, rules: Partial<RaftChanges>) => ({
    processes: processesOf(
      n,
      raftServer(
        {
          voters: Array.from({ length: voters }, (_, node) => node),
          electionTimeoutMs: 12,
          heartbeatMs: 100,
          entriesPerMessageMax: 2,
        },
        { ...figure2Rules, ...rules },
        { retryMs: 5 },
        "bare",
      ),
    ),
    workload: (draw) => [...operators(n, changes, 25)(draw), ...clients(n, operations, 40)(draw)],
    properties: raftSafety(),
    f: 1,
    faults: { crashes: 6, partitions: 4, slowDisks: 1 },
    windowMs: 500,
    patienceMs: 1,
    dials: { delayMsMin: 0.5, delayMsMax: 2, syncMsMax: 5 },
  }),
});
