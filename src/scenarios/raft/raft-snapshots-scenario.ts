import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { clients, hurried, processesOf, raftGuarantees, raftServer } from "./raft-cluster.ts";
import type { RaftChanges } from "./raft-mutants.ts";

/** Row 65: log compaction. */
export const raftSnapshotsScenario: AnyScenario = scenario({
  id: "consensus/raft-snapshots",
  rows: [65],
  title: "Raft forgets the log behind a snapshot",
  about:
    "Every few writes a server saves its state in chunks and forgets the log before it. Who fell behind gets the chunks, some at a time, and after a break goes on where it stopped.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "eventually-synchronous" },
  parameters: {
    n: integer("servers", 3, 1, 9),
    f: integer("servers that may stop for good", 1, 0, 4),
    operations: integer("operations of each process", 4, 1, 100),
    snapshotEvery: integer("commands between two snapshots", 2, 1, 1_000),
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
    workload: clients(n, operations),
    properties: raftGuarantees(),
    f,
    faults: { crashes: 3, partitions: 3 },
    windowMs: 700,
    patienceMs: 4_000,
    dials: { gstMs: 400, chaosDelayMsMax: 60, syncMsMax: 40 },
  }),
});
