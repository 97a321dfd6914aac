import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { clients, hurried, processesOf, raftGuarantees, raftServer } from "./raft-cluster.ts";
import type { RaftChanges } from "./raft-mutants.ts";

/** Rows 63 to 65, without sessions. */
export const raftDatagramsScenario: AnyScenario = scenario({
  id: "consensus/raft-datagrams",
  rows: [63, 64, 65],
  title: "Raft without sessions, and a server that stays deaf",
  about:
    "Below are no sessions: messages come late, twice and out of order, also snapshots and answers to an earlier life. In the end one server may hear nobody for ever while all hear it. If it leads, it must notice, for the others are content.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "eventually-synchronous" },
  parameters: {
    n: integer("servers", 3, 1, 9),
    f: integer("servers that may stop for good, or stay deaf", 1, 0, 4),
    operations: integer("operations of each process", 6, 1, 100),
    snapshotEvery: integer("commands between two snapshots; 0: none", 2, 0, 1_000),
  },
  setup: ({ n, f, operations, snapshotEvery }, _model, rules: Partial<RaftChanges>) => ({
    processes: processesOf(
      n,
      raftServer({ ...hurried, entriesKept: 1 }, rules, { snapshotEvery, chunkValues: 100, retryMs: 60 }, "bare"),
    ),
    workload: clients(n, operations, 40, 0.75),
    properties: raftGuarantees(),
    f,
    faults: { crashes: 9, partitions: 3, deafens: true },
    windowMs: 300,
    patienceMs: 4_000,
    dials: { gstMs: 400, chaosDelayMsMax: 200, duplication: 0.2, syncMsMax: 20 },
  }),
});
