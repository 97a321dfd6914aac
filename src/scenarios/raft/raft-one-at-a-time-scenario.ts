import { membershipInvariants } from "../../check/index.ts";
import { type Configuration, figure2Rules, type MembershipChange } from "../../protocols/index.ts";
import { type AnyScenario, type Draw, integer, type Script, scenario } from "../../simulate/index.ts";
import { clients, processesOf, raftSafety, raftServer } from "./raft-cluster.ts";
import type { RaftChanges } from "./raft-mutants.ts";
import { oneAtATimeStateSearches } from "./raft-state-searches.ts";

const isIn = (list: readonly number[], node: number): boolean => list.includes(node);

/** How many processes vote in one configuration and not in the other. */
const voterChanges = (before: Configuration, after: Configuration): number =>
  [...before.voters, ...after.voters].filter((node) => isIn(before.voters, node) !== isIn(after.voters, node)).length;

/** Every process is asked, now and then, to add or remove one that is drawn. */
const operators =
  (n: number, changes: number) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: n }, (_, node) => ({
      node,
      calls: Array.from({ length: changes }, () => {
        const member = draw.below("member", n);
        const change: MembershipChange = draw.chance("adds", 0.5) ? { voters: [member] } : { removed: [member] };
        return { request: "changeMembers", args: [change], afterMs: draw.below("operator's pause", 60) };
      }),
      resumes: true,
    }));

/** Row 65: case B34. */
export const raftOneAtATimeScenario: AnyScenario = scenario({
  id: "consensus/raft-one-at-a-time",
  rows: [65],
  title: "Members change one at a time, without a joint configuration",
  about:
    "Any two majorities of two sets that differ in one server have one in common, so one may be added or removed at once. That is true of one change; a leader that does not know yet how the last one ended must wait until it has committed something of its own.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 5, 1, 9),
    voters: integer("voters at first", 4, 1, 9),
    operations: integer("operations of each process", 2, 1, 1_000),
    changes: integer("wishes at each process", 6, 0, 100),
    electionTimeoutMs: integer("shortest election timeout", 12, 1, 10_000),
    heartbeatMs: integer("time between two heartbeats", 30, 1, 10_000),
  },
  stateSearches: oneAtATimeStateSearches,
  setup: (values, _model, rules: Partial<RaftChanges>) => {
    const { n, voters, operations, changes, electionTimeoutMs, heartbeatMs } = values;
    const one = raftServer(
      { electionTimeoutMs, heartbeatMs, voters: Array.from({ length: voters }, (_, node) => node), catchUpMs: 100 },
      { ...figure2Rules, goesJoint: (before, after) => voterChanges(before, after) > 1, ...rules },
      { retryMs: 10, votersMin: 3 },
      "bare",
    );
    return {
      processes: processesOf(n, one),
      workload: (draw) => [...operators(n, changes)(draw), ...clients(n, operations, 60)(draw)],
      properties: [...raftSafety(), ...membershipInvariants("log")],
      f: 1,
      faults: { crashes: 6, partitions: 4, slowDisks: 2 },
      windowMs: 400,
      patienceMs: 1,
      dials: { delayMsMin: 0.5, delayMsMax: 2, syncMsMax: 5 },
    };
  },
});
