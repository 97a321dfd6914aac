import { anyRead, DependencyEdges, type DependencyGraph, dependency } from "./dependency-graph.ts";
import type { Committed } from "./order-edges.ts";
import { type StrongComponents, strongComponents } from "./strong-components.ts";

/** A moment of a transaction under snapshot isolation: it takes its snapshot, or its writes take effect. */
export interface SnapshotMoment {
  readonly transaction: number;
  readonly moment: "snapshot" | "commit";
}

const { onward } = dependency;

/**
 * An order of snapshots and commits that keeps all dependencies: who depends on a write, or comes later, takes its snapshot
 * after that commit; who missed a write took its snapshot before that commit (Adya 1999, section 4.3). There is one if no
 * cycle is without two rw dependencies in a row.
 *
 * @param writers Transactions that write one key in an order that nobody knows, no two of them on one cycle.
 */
export const snapshotSchedule = (
  graph: DependencyGraph,
  { component }: StrongComponents,
  committed: Committed,
  writers: readonly Int32Array[],
): readonly SnapshotMoment[] => {
  // Of each vertex the snapshot is 2v and the commit 2v + 1; a joint hands on what came in, on the side it came to.
  const edges = new DependencyEdges(2 * graph.vertices);
  const follows = (first: number, second: number): void => edges.add(2 * first + 1, 2 * second, onward, -1);
  for (let vertex = 0; vertex < graph.vertices; vertex++) {
    if (vertex < committed.length) edges.add(2 * vertex, 2 * vertex + 1, onward, -1);
    for (let edge = graph.first[vertex]!; edge < graph.first[vertex + 1]!; edge++) {
      const to = graph.to[edge]!;
      if ((graph.label[edge]! & anyRead) !== 0) edges.add(2 * vertex, 2 * to + 1, onward, -1);
      else if (graph.label[edge] !== onward) follows(vertex, to);
      else {
        edges.add(2 * vertex, 2 * to, onward, -1);
        edges.add(2 * vertex + 1, 2 * to + 1, onward, -1);
      }
    }
  }
  for (const ofKey of writers) {
    const order = ofKey.slice().sort((a, b) => component[b]! - component[a]!);
    for (let at = 0; at + 1 < order.length; at++) follows(order[at]!, order[at + 1]!);
  }
  const moments = strongComponents(edges.graph(), onward).component;
  return [...moments.keys()]
    .filter((moment) => committed[moment >> 1] === 1)
    .sort((a, b) => moments[b]! - moments[a]!)
    .map((moment) => ({ transaction: moment >> 1, moment: moment % 2 === 0 ? "snapshot" : "commit" }));
};
