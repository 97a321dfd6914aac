import { type DependencyGraph, dependency } from "./dependency-graph.ts";

/** Finds shortest paths in one graph, again and again, in arrays that are made once. */
export class ShortestPaths {
  /** The graph that the paths are in. */
  readonly graph: DependencyGraph;
  readonly #distance: Int32Array;
  /** By vertex: the search that came here last. */
  readonly #search: Int32Array;
  readonly #by: Int32Array;
  readonly #previous: Int32Array;
  #searches = 0;
  /** Edges looked at so far. */
  work = 0;

  constructor(graph: DependencyGraph) {
    this.graph = graph;
    this.#distance = new Int32Array(graph.vertices);
    this.#search = new Int32Array(graph.vertices);
    this.#by = new Int32Array(graph.vertices);
    this.#previous = new Int32Array(graph.vertices);
  }

  /**
   * The edges of a shortest path along the labels, or nothing where there is none of at most `stepsMax` steps. What leads
   * on from a joint counts as no step.
   */
  find(from: number, to: number, labels: number, stepsMax: number): readonly number[] | undefined {
    this.#searches++;
    this.#reach(from, 0, -1, -1);
    let level = [from];
    for (let steps = 0; level.length > 0 && steps <= stepsMax; steps++) {
      const next: number[] = [];
      for (let vertex = level.pop(); vertex !== undefined; vertex = level.pop()) {
        // It may have been reached in fewer steps since it was put here.
        if (this.#distance[vertex] !== steps) continue;
        this.#expand(vertex, labels, level, next);
      }
      if (this.#search[to] === this.#searches && this.#distance[to]! <= steps) return this.#pathTo(from, to);
      level = next;
    }
    return undefined;
  }

  #expand(vertex: number, labels: number, level: number[], next: number[]): void {
    const { first, to, label } = this.graph;
    const end = first[vertex + 1]!;
    const steps = this.#distance[vertex]!;
    this.work += end - first[vertex]! + 1;
    for (let edge = first[vertex]!; edge < end; edge++) {
      if ((label[edge]! & labels) === 0) continue;
      const isFree = label[edge] === dependency.onward;
      const other = to[edge]!;
      const distance = isFree ? steps : steps + 1;
      if (this.#search[other] === this.#searches && this.#distance[other]! <= distance) continue;
      this.#reach(other, distance, edge, vertex);
      (isFree ? level : next).push(other);
    }
  }

  #reach(vertex: number, distance: number, edge: number, previous: number): void {
    this.#search[vertex] = this.#searches;
    this.#distance[vertex] = distance;
    this.#by[vertex] = edge;
    this.#previous[vertex] = previous;
  }

  #pathTo(from: number, to: number): readonly number[] {
    const edges: number[] = [];
    for (let vertex = to; vertex !== from; vertex = this.#previous[vertex]!) edges.push(this.#by[vertex]!);
    return edges.reverse();
  }
}
