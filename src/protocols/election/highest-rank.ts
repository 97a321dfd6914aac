import type { NodeId } from "../../model/index.ts";

/** The process of highest rank, that is of highest id, among those that are not suspected; null when all are. */
export const highestRank = (nodes: readonly NodeId[], suspected: readonly boolean[]): NodeId | null =>
  nodes.findLast((node) => !suspected[node]) ?? null;
