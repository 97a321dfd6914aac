import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { clients, processesOf, raftGuarantees, raftServer } from "./raft-cluster.ts";
import type { RaftChanges } from "./raft-mutants.ts";

/** Row 65: lease reads. */
export const raftLeaseScenario: AnyScenario = scenario({
  id: "consensus/raft-lease",
  rows: [65],
  title: "Reads under a lease: no question, as long as clocks keep time",
  about:
    "Followers that heard the leader vote for nobody else for an election timeout; so long it may answer reads by itself. The time is measured on clocks that never step and whose rates differ by less than is stated. A follower that sees the leader's session end must keep what it granted, and so must one that comes back from a crash.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "eventually-synchronous" },
  parameters: {
    n: integer("servers", 3, 1, 9),
    operations: integer("operations of each process", 14, 1, 100),
    electionTimeoutMs: integer("shortest election timeout, and so the lease", 200, 1, 10_000),
    partsPerMillion: integer("how far the rates of two clocks may differ", 1_000, 0, 1_000_000),
  },
  setup: ({ n, operations, electionTimeoutMs, partsPerMillion }, _model, rules: Partial<RaftChanges>) => ({
    processes: processesOf(
      n,
      raftServer(
        { electionTimeoutMs, heartbeatMs: 40, diskPatienceMs: 400, lease: { partsPerMillion } },
        rules,
        { retryMs: 30 },
        { resendMs: 10, attemptsMax: 2 },
      ),
    ),
    workload: clients(n, operations, 50, 0.3),
    properties: raftGuarantees(),
    f: 0,
    faults: { crashes: 1, partitions: 4, clockSteps: 6, clockStepMsMax: 800 },
    windowMs: 900,
    patienceMs: 5_000,
    dials: { gstMs: 100, chaosDelayMsMax: 20, delayMsMax: 5, driftPartsPerMillion: 400 },
  }),
  counterexamples: [
    {
      change: "who sees the leader's session end stands at once, though it granted a lease",
      parameters: { electionTimeoutMs: 500 },
      rules: { mayHasten: () => true },
      violates: "LIN",
    },
  ],
});
