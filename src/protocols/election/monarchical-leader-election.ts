import type { Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { PerfectFailureDetector } from "../detectors/failure-detector.ts";
import { highestRank } from "./highest-rank.ts";
import type { LeaderElection } from "./leader.ts";

/**
 * Leader election where crashes are known for certain: the highest rank that has not crashed leads. With a detector that
 * accuses wrongly two processes lead at a time, and the one that was deposed never hears of it (LE2).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 2.6, "Monarchical Leader Election".
 */
export const monarchicalLeaderElection = (): Module<{
  provides: LeaderElection;
  uses: { detector: PerfectFailureDetector };
  state: { crashed: boolean[]; leader: NodeId | null };
}> => ({
  name: "monarchical leader election",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 2.6",
  init: ({ nodes }) => ({ crashed: perNode(nodes, () => false), leader: null }),
  start(s, io) {
    s.leader = highestRank(io.nodes, s.crashed);
    if (s.leader !== null) io.up.leader(s.leader);
  },
  joined(s, io) {
    if (s.leader !== null) io.up.leader(s.leader);
  },
  upon: {
    request: {},
    detector: {
      crash(s, io, node) {
        s.crashed[node] = true;
        const leader = highestRank(io.nodes, s.crashed);
        if (leader === s.leader || leader === null) return;
        s.leader = leader;
        io.up.leader(leader);
      },
    },
  },
});
