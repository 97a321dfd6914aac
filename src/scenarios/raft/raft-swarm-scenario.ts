import { figure2Rules, type RaftOptions, type RaftRules } from "../../protocols/index.ts";
import { type AnyScenario, type Draw, integer, scenario } from "../../simulate/index.ts";
import { clients, processesOf, raftSafety, raftServer } from "./raft-cluster.ts";
import type { RaftChanges } from "./raft-mutants.ts";
import { raftStateSearches } from "./raft-state-searches.ts";

/** Elections as in figure 2, or with pre-votes, loyalty and a check of the quorum. */
const electionRules = (draw: Draw): Partial<RaftRules> => (draw.chance("pre-votes", 0.15) ? {} : figure2Rules);

const optionsOf = (draw: Draw): RaftOptions<string> => ({
  electionTimeoutMs: draw.pick("shortest election timeout", [6, 4, 9, 12]),
  heartbeatMs: draw.pick("time between two heartbeats", [5, 2, 3, 20, 100]),
  entriesPerMessageMax: draw.pick("entries in a message", [2, 1, 10]),
  inflightMessagesMax: draw.pick("messages under way", [256, 1, 2]),
  commitPatienceMs: draw.pick("patience for a commit", [0, 0, 3]),
  appliedPerStepMax: draw.pick("applied in a step", [1_000, 1]),
  entriesKept: draw.pick("entries kept", [0, 1, 5]),
});

/** The network, the disks and how often servers go down. */
const worldOf = (draw: Draw) => ({
  windowMs: draw.pick("window", [200, 400]),
  faults: {
    crashes: draw.pick("crashes", [15, 4, 30]),
    downMsMax: draw.pick("longest time down", [2, 1, 4, 20]),
    partitions: draw.pick("partitions", [0, 4]),
    slowDisks: draw.pick("slow disks", [0, 3]),
  },
  dials: {
    delayMsMax: draw.pick("longest delay", [2, 1, 4]),
    syncMsMax: draw.pick("longest sync", [4, 1, 2, 8]),
    loss: draw.pick("loss", [0.1, 0, 0.3]),
    duplication: draw.pick("duplication", [0.5, 0.1]),
    copyDelayMsMax: draw.pick("lateness of copies", [50, 0, 20]),
  },
});

/** Rows 63 to 65, safety alone, each run with options, load and faults of its own. */
export const raftSwarmScenario: AnyScenario = scenario({
  id: "consensus/raft-swarm",
  rows: [63, 64, 65],
  title: "Raft with other options in every run",
  about:
    "No sessions below. Each run draws how long elections and syncs take, how much goes into a message, whether snapshots are taken, how often servers crash, how soon they are back, and how late a second copy of a message comes: in some runs long after its sender and its receiver have forgotten what it was about.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("servers", 3, 1, 9),
    f: integer("servers that may stop for good", 1, 0, 4),
    operations: integer("operations of each process", 40, 1, 1_000),
  },
  stateSearches: raftStateSearches,
  setup: ({ n, f, operations }, _model, rules: Partial<RaftChanges>) => {
    const serversOf = (options: RaftOptions<string>, election: Partial<RaftRules>, snapshotEvery: number) =>
      processesOf(
        n,
        raftServer(options, { ...election, ...rules }, { retryMs: 15, snapshotEvery, chunkValues: 2 }, "bare"),
      );
    return {
      processes: serversOf({ electionTimeoutMs: 12, heartbeatMs: 100 }, figure2Rules, 0),
      workload: clients(n, operations, 5),
      properties: raftSafety(),
      f,
      faults: { crashes: 30, partitions: 4, slowDisks: 3 },
      windowMs: 200,
      patienceMs: 1,
      dials: { delayMsMin: 0.5, delayMsMax: 2, syncMsMax: 4, duplication: 0.3 },
      swarm: (draw) => ({
        ...worldOf(draw),
        processes: serversOf(optionsOf(draw), electionRules(draw), draw.pick("commands to a snapshot", [0, 2, 5])),
        workload: clients(n, operations, draw.pick("longest pause", [5, 1]), draw.pick("writes", [0.6, 0.3, 0.8])),
      }),
    };
  },
});
