import type { RaftRules } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { clients, processesOf, raftGuarantees, raftServer } from "./raft-cluster.ts";

/** Rows 63 and 64. */
export const raftScenario: AnyScenario = scenario({
  id: "consensus/raft",
  rows: [63, 64],
  title: "Raft keeps one log",
  about:
    "A majority elects a leader, the leader's log becomes everybody's, and only entries of its own term does a leader commit by counting. Servers crash with what they had not synced; sessions break and lose the end of what was said.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "eventually-synchronous" },
  parameters: {
    n: integer("servers", 3, 1, 9),
    f: integer("servers that may stop for good", 1, 0, 4),
    operations: integer("operations of each process", 3, 1, 100),
    entriesPerMessage: integer("the most entries in one message", 2, 1, 10_000),
  },
  setup: ({ n, f, operations, entriesPerMessage }, _model, rules: Partial<RaftRules>) => ({
    processes: processesOf(n, raftServer({ rules, entriesPerMessageMax: entriesPerMessage })),
    workload: clients(n, operations),
    properties: raftGuarantees(),
    f,
    faults: { crashes: 3, partitions: 2, slowDisks: 1 },
    windowMs: 700,
    patienceMs: 4_000,
    dials: { gstMs: 400, chaosDelayMsMax: 100 },
  }),
});
