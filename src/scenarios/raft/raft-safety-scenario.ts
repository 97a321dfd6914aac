import { figure2Rules } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { clients, processesOf, raftSafety, raftServer } from "./raft-cluster.ts";
import type { RaftChanges } from "./raft-mutants.ts";
import { raftStateSearches } from "./raft-state-searches.ts";

/** Rows 63 and 64, safety alone, in the weakest model. */
export const raftSafetyScenario: AnyScenario = scenario({
  id: "consensus/raft-safety",
  rows: [63, 64, 65],
  title: "Raft is never wrong, however late messages are",
  about:
    "Timeouts as short as the delays, and no sessions below: leaders follow each other all the time, and their messages come late, twice and out of order. What is committed stays, and reads are never stale.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("servers", 3, 1, 9),
    f: integer("servers that may stop for good", 1, 0, 4),
    operations: integer("operations of each process", 12, 1, 1_000),
    electionTimeoutMs: integer("shortest election timeout", 12, 1, 10_000),
    heartbeatMs: integer("time between two heartbeats", 100, 1, 10_000),
    entriesPerMessage: integer("the most entries in one message", 2, 1, 10_000),
  },
  stateSearches: raftStateSearches,
  setup: (values, _model, rules: Partial<RaftChanges>) => {
    const { n, f, operations, electionTimeoutMs, heartbeatMs, entriesPerMessage } = values;
    const one = raftServer(
      {
        electionTimeoutMs,
        heartbeatMs,
        entriesPerMessageMax: entriesPerMessage,
        bytesOf: (value) => value.length,
        bytesPerMessageMax: 6,
      },
      { ...figure2Rules, ...rules },
      { retryMs: 15 },
      "bare",
    );
    return {
      processes: processesOf(n, one),
      workload: clients(n, operations, 20),
      properties: raftSafety(),
      f,
      faults: { crashes: 8, partitions: 4, slowDisks: 3 },
      windowMs: 500,
      patienceMs: 1,
      dials: { delayMsMin: 0.5, delayMsMax: 2, syncMsMax: 5 },
    };
  },
});
