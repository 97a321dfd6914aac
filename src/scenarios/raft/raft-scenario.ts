import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { clients, hurried, processesOf, raftGuarantees, raftServer } from "./raft-cluster.ts";
import type { RaftChanges } from "./raft-mutants.ts";

/** Rows 63 to 65. */
export const raftScenario: AnyScenario = scenario({
  id: "consensus/raft",
  rows: [63, 64, 65],
  title: "Raft keeps one log, and forgets it behind a snapshot",
  about:
    "A majority elects a leader, and the leader's log becomes everybody's. Servers crash with what they had not synced, disks are slow, sessions break and lose the end of what was said. Every few writes a server saves its state in chunks and forgets the log before it; who fell behind gets the chunks, and after a break goes on where it stopped.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "eventually-synchronous" },
  parameters: {
    n: integer("servers", 3, 1, 9),
    f: integer("servers that may stop for good", 1, 0, 4),
    operations: integer("operations of each process", 4, 1, 100),
    snapshotEvery: integer("commands between two snapshots; 0: none", 2, 0, 1_000),
    entriesKept: integer("entries that stay in the log behind a snapshot", 0, 0, 1_000),
  },
  setup: ({ n, f, operations, snapshotEvery, entriesKept }, _model, rules: Partial<RaftChanges>) => ({
    processes: processesOf(
      n,
      raftServer({ ...hurried, entriesKept, chunksInFlightMax: 1, appliedPerStepMax: 2 }, rules, {
        snapshotEvery,
        chunkValues: 1,
      }),
    ),
    workload: clients(n, operations, 100),
    properties: raftGuarantees(),
    f,
    faults: { crashes: 4, partitions: 3, slowDisks: 1 },
    windowMs: 700,
    patienceMs: 4_000,
    dials: { gstMs: 300, chaosDelayMsMax: 60, syncMsMax: 40 },
  }),
});
