import { figure2Rules } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { clients, hurried, processesOf, raftGuarantees, raftServer } from "./raft-cluster.ts";
import type { RaftChanges } from "./raft-mutants.ts";

/** Rows 63 and 64. */
export const raftScenario: AnyScenario = scenario({
  id: "consensus/raft",
  rows: [63, 64],
  title: "Raft as in its paper: one log, one leader a term",
  about:
    "A majority elects a leader, the leader's log becomes everybody's, and only entries of its own term does a leader commit by counting. Servers crash with what they had not synced; sessions break and lose the end of what was said.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "eventually-synchronous" },
  parameters: {
    n: integer("servers", 3, 1, 9),
    f: integer("servers that may stop for good", 1, 0, 4),
    operations: integer("operations of each process", 5, 1, 100),
    entriesPerMessage: integer("the most entries in one message", 1, 1, 10_000),
  },
  setup: ({ n, f, operations, entriesPerMessage }, _model, rules: Partial<RaftChanges>) => ({
    processes: processesOf(
      n,
      raftServer(
        {
          ...hurried,
          entriesPerMessageMax: entriesPerMessage,
          bytesOf: (value) => value.length,
          bytesPerMessageMax: 6,
          hastyStepMs: null,
        },
        { ...figure2Rules, ...rules },
      ),
    ),
    workload: clients(n, operations),
    properties: raftGuarantees(),
    f,
    faults: { crashes: 6, partitions: 4, slowDisks: 1 },
    windowMs: 900,
    patienceMs: 4_000,
    dials: { gstMs: 400, chaosDelayMsMax: 60, syncMsMax: 40 },
  }),
});
