import type { Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { EventuallyPerfectFailureDetector } from "../detectors/failure-detector.ts";
import { highestRank } from "./highest-rank.ts";
import type { EventualLeaderDetector } from "./leader.ts";

/**
 * Ω from ◇P: trust the highest rank that is not suspected. While suspicions change so does the leader; in an
 * asynchronous system that may go on for ever, and nothing that needs a leader is sure to end.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 2.8, "Monarchical Eventual Leader Detection".
 */
export const monarchicalLeaderDetector = (): Module<{
  provides: EventualLeaderDetector;
  uses: { detector: EventuallyPerfectFailureDetector };
  state: { suspected: boolean[]; leader: NodeId | null };
}> => {
  /** Who is trusted now, where it is somebody else than before; null otherwise, also when everybody is suspected. */
  const changed = (
    s: { readonly suspected: boolean[]; leader: NodeId | null },
    nodes: readonly NodeId[],
  ): NodeId | null => {
    const leader = highestRank(nodes, s.suspected);
    if (leader === null || leader === s.leader) return null;
    s.leader = leader;
    return leader;
  };
  return {
    name: "monarchical eventual leader detector",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 2.8",
    init: ({ nodes }) => ({ suspected: perNode(nodes, () => false), leader: null }),
    start(s, io) {
      const leader = changed(s, io.nodes);
      if (leader !== null) io.up.trust(leader);
    },
    joined(s, io) {
      if (s.leader !== null) io.up.trust(s.leader);
    },
    upon: {
      request: {},
      detector: {
        suspect(s, io, node) {
          s.suspected[node] = true;
          const leader = changed(s, io.nodes);
          if (leader !== null) io.up.trust(leader);
        },
        restore(s, io, node) {
          s.suspected[node] = false;
          const leader = changed(s, io.nodes);
          if (leader !== null) io.up.trust(leader);
        },
      },
    },
  };
};
