import type { DependencyGraph } from "./dependency-graph.ts";
import { RankQueue } from "./rank-queue.ts";
import { noVersion, type RegisterIndex, type RegisterUse } from "./register-index.ts";

/** How many vertices are looked at to find out what the readers of a version wait for. */
const lookAheadMax = 2_000;

/** By vertex, and one more, where its sources begin; and the sources. */
const sourcesOf = ({ vertices, edges, first, to }: DependencyGraph): readonly [Int32Array, Int32Array] => {
  const begin = new Int32Array(vertices + 1);
  for (const target of to) begin[target + 1]!++;
  for (let vertex = 0; vertex < vertices; vertex++) begin[vertex + 1] = begin[vertex + 1]! + begin[vertex]!;
  const next = begin.slice(0, vertices);
  const sources = new Int32Array(edges);
  for (let vertex = 0; vertex < vertices; vertex++) {
    for (let edge = first[vertex]!; edge < first[vertex + 1]!; edge++) sources[next[to[edge]!]!++] = vertex;
  }
  return [begin, sources];
};

/**
 * Puts transactions one after the other, by the time of their answers where that is open. Values are written once, so a
 * version that was replaced never comes back: nothing replaces one before all its readers are placed, and no version is
 * put before one that its readers wait for. Where that leads nowhere it gives up: there may be an order all the same.
 */
class SerialOrder {
  readonly #graph: DependencyGraph;
  readonly #index: RegisterIndex;
  readonly #begin: Int32Array;
  readonly #sources: Int32Array;
  /** By vertex: how many sources are not placed yet; -1 when it is placed itself. */
  readonly #open: Int32Array;
  readonly #uses: RegisterUse[][];
  /** By version: who reads it and is not placed yet. */
  readonly #readers: Set<number>[];
  /** By key: the version that is there. */
  readonly #current: Int32Array;
  /** By key, and by vertex: who waits until the readers there, or the vertex, are placed. */
  readonly #waiting: number[][];
  readonly #held = new Map<number, number[]>();
  readonly #queue: RankQueue;
  readonly #order: number[] = [];

  constructor(graph: DependencyGraph, index: RegisterIndex) {
    this.#graph = graph;
    this.#index = index;
    [this.#begin, this.#sources] = sourcesOf(graph);
    this.#open = new Int32Array(graph.vertices);
    for (const to of graph.to) this.#open[to]!++;
    const rank = new Float64Array(graph.vertices).fill(Number.NEGATIVE_INFINITY);
    for (const [at, { returnedAt }] of index.transactions.entries()) rank[at] = returnedAt ?? Number.POSITIVE_INFINITY;
    this.#queue = new RankQueue(rank);
    this.#uses = index.transactions.map(() => []);
    this.#readers = Array.from({ length: index.versions }, () => new Set());
    for (const use of index.uses) {
      if (index.committed[use.transaction] === 0) continue;
      this.#uses[use.transaction]!.push(use);
      for (const version of use.read) this.#readers[version]!.add(use.transaction);
    }
    this.#current = Int32Array.from(index.keys, (_, key) => index.initialOf(key));
    this.#waiting = index.keys.map(() => []);
  }

  find(): readonly number[] | undefined {
    const { committed } = this.#index;
    for (let vertex = 0; vertex < this.#graph.vertices; vertex++)
      if (this.#open[vertex] === 0) this.#queue.push(vertex);
    while (this.#queue.size > 0) {
      const vertex = this.#queue.pop();
      const uses = this.#uses[vertex] ?? [];
      if (uses.some((use) => use.read.some((version) => this.#current[use.key] !== version))) return undefined;
      if (uses.every((use) => this.#mayWrite(vertex, use))) this.#place(vertex, uses);
    }
    const isComplete = committed.every((one, at) => one === 0 || this.#open[at] === -1);
    return isComplete ? this.#order : undefined;
  }

  /** Whether a transaction may leave its version now; if not, it waits for what it has to. */
  #mayWrite(vertex: number, { key, wrote }: RegisterUse): boolean {
    if (wrote === noVersion) return true;
    const readers = this.#readers[this.#current[key]!]!;
    if (readers.size > (readers.has(vertex) ? 1 : 0)) {
      this.#waiting[key]!.push(vertex);
      return false;
    }
    const earlier = this.#earlierWriter(vertex, key, wrote);
    if (earlier === undefined) return true;
    this.#held.set(earlier, [...(this.#held.get(earlier) ?? []), vertex]);
    return false;
  }

  /** Another writer of the key that some reader of a version waits for: that one has to write first. */
  #earlierWriter(vertex: number, key: number, wrote: number): number | undefined {
    const readers = this.#readers[wrote]!;
    const seen = new Set<number>([vertex, ...readers]);
    const path = [...readers];
    for (let next = path.pop(); next !== undefined && seen.size < lookAheadMax; next = path.pop()) {
      for (let at = this.#begin[next]!; at < this.#begin[next + 1]!; at++) {
        const source = this.#sources[at]!;
        if (this.#open[source] === -1 || seen.has(source)) continue;
        seen.add(source);
        path.push(source);
        const writes = this.#uses[source]?.some((use) => use.key === key && use.wrote !== noVersion) ?? false;
        if (writes && !readers.has(source)) return source;
      }
    }
    return undefined;
  }

  #place(vertex: number, uses: readonly RegisterUse[]): void {
    this.#open[vertex] = -1;
    if (vertex < this.#index.transactions.length && this.#index.committed[vertex] === 1) this.#order.push(vertex);
    for (const { key, read, wrote } of uses) {
      for (const version of read) this.#readers[version]!.delete(vertex);
      if (wrote !== noVersion) this.#current[key] = wrote;
      if (this.#readers[this.#current[key]!]!.size <= 1) this.#wake(this.#waiting[key]!);
    }
    this.#wake(this.#held.get(vertex) ?? []);
    for (let edge = this.#graph.first[vertex]!; edge < this.#graph.first[vertex + 1]!; edge++) {
      const to = this.#graph.to[edge]!;
      this.#open[to]!--;
      if (this.#open[to] === 0) this.#queue.push(to);
    }
  }

  #wake(waiting: number[]): void {
    for (const vertex of waiting.splice(0)) this.#queue.push(vertex);
  }
}

/** A serial order that explains every read, if one is found without trying twice. */
export const serialOrder = (graph: DependencyGraph, index: RegisterIndex): readonly number[] | undefined =>
  new SerialOrder(graph, index).find();
