import { leaderAsWished, membersAsWished, membershipInvariants, nothingTakenInTransfer } from "../../check/index.ts";
import type { MembershipChange } from "../../protocols/index.ts";
import { type AnyScenario, type Draw, integer, type Script, scenario } from "../../simulate/index.ts";
import { clients, hurried, processesOf, raftGuarantees, raftServer } from "./raft-cluster.ts";
import type { RaftChanges } from "./raft-mutants.ts";
import { jointStateSearches } from "./raft-state-searches.ts";

/**
 * What an operator asks for at every server now and then; whoever leads does it. In the end everybody is to take part, and
 * one that is drawn is to lead.
 */
const operators =
  (n: number, changes: number) =>
  (draw: Draw): readonly Script[] => {
    const everybody = {
      request: "changeMembers",
      args: [{ voters: Array.from({ length: n }, (_, node) => node) }],
    };
    const successor = { request: "transferLeadership", args: [draw.below("successor", n)] };
    const wishes = [...Array.from({ length: changes }, () => wish(draw, n)), everybody, successor];
    const pauses = wishes.map(() => draw.between("operator's pause", 30, 200));
    return Array.from({ length: n }, (_, node) => ({
      node,
      calls: wishes.map(({ request, args }, at) => ({ request, args, afterMs: pauses[at]! })),
      resumes: true,
    }));
  };

const wish = (draw: Draw, n: number): { readonly request: string; readonly args: readonly unknown[] } => {
  const node = draw.below("member", n);
  const other = (node + 1 + draw.below("other member", n - 1)) % n;
  const kind = draw.below("change", 5);
  if (kind === 0) return { request: "transferLeadership", args: [node] };
  const changes: readonly MembershipChange[] = [
    { voters: [node] },
    { removed: [node] },
    { voters: [node], removed: [other] },
    { voters: [node], learners: [other] },
  ];
  const change = changes[kind - 1]!;
  return { request: "changeMembers", args: [change] };
};

/** Row 65: membership. */
export const raftMembersScenario: AnyScenario = scenario({
  id: "consensus/raft-members",
  rows: [65],
  title: "Raft changes who takes part, and who leads",
  about:
    "Members come and go by joint consensus: while the old voters hand over to the new ones both majorities must agree. Whoever comes learns first. Leaders hand over when asked. Never do fewer than three vote, so that one may stop for good at any time.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "eventually-synchronous" },
  parameters: {
    n: integer("processes", 4, 1, 9),
    f: integer("servers that may stop for good", 1, 0, 4),
    voters: integer("voters at first", 3, 1, 9),
    operations: integer("operations of each process", 2, 1, 100),
    changes: integer("wishes of the operator", 2, 0, 100),
    snapshotEvery: integer("commands between two snapshots; 0: none", 0, 0, 1_000),
  },
  stateSearches: jointStateSearches,
  setup: ({ n, f, voters, operations, changes, snapshotEvery }, _model, rules: Partial<RaftChanges>) => ({
    processes: processesOf(
      n,
      raftServer(
        { ...hurried, voters: Array.from({ length: voters }, (_, node) => node), catchUpMs: 300, entriesKept: 0 },
        rules,
        {
          snapshotEvery,
          votersMin: 2 * f + 1,
        },
      ),
    ),
    workload: (draw) => [...operators(n, changes)(draw), ...clients(n, operations)(draw)],
    properties: [
      ...raftGuarantees(),
      ...membershipInvariants("log"),
      membersAsWished(),
      leaderAsWished(),
      nothingTakenInTransfer("log"),
    ],
    f,
    faults: { crashes: 2, partitions: 2 },
    windowMs: 450,
    patienceMs: 4_000,
    dials: { gstMs: 300, chaosDelayMsMax: 60, syncMsMax: 40 },
  }),
});
