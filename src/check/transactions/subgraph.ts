import { anyRead, DependencyEdges, type DependencyGraph, dependency } from "./dependency-graph.ts";
import type { StrongComponents } from "./strong-components.ts";

/** A part of a graph, and what its vertices were called there. */
export interface Subgraph {
  readonly graph: DependencyGraph;
  readonly original: Int32Array;
}

/** The vertices that are on cycles, with the edges that are. */
export const cyclicPart = (whole: DependencyGraph, { component, size }: StrongComponents): Subgraph => {
  const original: number[] = [];
  const renamed = new Int32Array(whole.vertices).fill(-1);
  for (let vertex = 0; vertex < whole.vertices; vertex++) {
    if (size[component[vertex]!]! > 1) renamed[vertex] = original.push(vertex) - 1;
  }
  const edges = new DependencyEdges(original.length);
  for (const [vertex, before] of original.entries()) {
    for (let edge = whole.first[before]!; edge < whole.first[before + 1]!; edge++) {
      const to = whole.to[edge]!;
      if (component[to] === component[before]) edges.add(vertex, renamed[to]!, whole.label[edge]!, whole.key[edge]!);
    }
  }
  return { graph: edges.graph(), original: Int32Array.from(original) };
};

/**
 * The graph in which no path takes two rw edges in a row: each vertex twice, 2v where an rw edge may follow and 2v + 1
 * where one was just taken. A cycle through an rw edge here is one of snapshot isolation's (Cerone and Gotsman 2018).
 */
export const withoutAdjacentReads = (graph: DependencyGraph): DependencyGraph => {
  const edges = new DependencyEdges(2 * graph.vertices);
  for (let from = 0; from < graph.vertices; from++) {
    for (let edge = graph.first[from]!; edge < graph.first[from + 1]!; edge++) {
      const to = graph.to[edge]!;
      const label = graph.label[edge]!;
      const key = graph.key[edge]!;
      if ((label & anyRead) !== 0) edges.add(2 * from, 2 * to + 1, label, key);
      else {
        edges.add(2 * from, 2 * to, label, key);
        edges.add(2 * from + 1, 2 * to + (label === dependency.onward ? 1 : 0), label, key);
      }
    }
  }
  return edges.graph();
};
