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

/** A choice that was wrong: `first` comes before `second` in the next attempt. */
interface Lesson {
  readonly first: number;
  readonly second: number;
}

/**
 * Puts transactions one after the other, by the time of their answers where that is open. Values are written once, so a
 * version that was replaced never comes back: nothing replaces one before all its readers are placed, and no version is
 * put before one that its readers wait for. Where that leads nowhere, transactions wait for each other in a circle, and
 * one who replaced a version too early is to blame.
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
  /** By key, who waits until the readers there are placed; by vertex, who waits until it is placed itself. */
  readonly #waiting: number[][];
  readonly #held = new Map<number, number[]>();
  readonly #queue: RankQueue;
  /** By vertex: when it was placed, among all vertices; -1 before. */
  readonly #placedAt: Int32Array;
  /** By vertex: who has to come before it, from earlier attempts. */
  readonly #lessons: ReadonlyMap<number, readonly number[]>;
  #placed = 0;
  readonly order: number[] = [];

  constructor(graph: DependencyGraph, index: RegisterIndex, lessons: ReadonlyMap<number, readonly number[]>) {
    this.#lessons = lessons;
    this.#placedAt = new Int32Array(graph.vertices).fill(-1);
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

  /** Whether all could be placed. */
  run(): boolean {
    const { committed } = this.#index;
    for (let vertex = 0; vertex < this.#graph.vertices; vertex++)
      if (this.#open[vertex] === 0) this.#queue.push(vertex);
    while (this.#queue.size > 0) {
      const vertex = this.#queue.pop();
      const uses = this.#uses[vertex] ?? [];
      if (uses.some((use) => use.read.some((version) => this.#current[use.key] !== version))) return false;
      const earlier = this.#lessons.get(vertex)?.find((other) => this.#open[other] !== -1);
      if (earlier !== undefined) this.#hold(vertex, earlier);
      else if (uses.every((use) => this.#mayWrite(vertex, use))) this.#place(vertex, uses);
    }
    return committed.every((one, at) => one === 0 || this.#open[at] === -1);
  }

  #hold(vertex: number, earlier: number): void {
    const held = this.#held.get(earlier) ?? [];
    this.#held.set(earlier, held);
    held.push(vertex);
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
    if (earlier !== undefined) this.#hold(vertex, earlier);
    return earlier === undefined;
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
    this.#placedAt[vertex] = this.#placed++;
    if (vertex < this.#index.transactions.length && this.#index.committed[vertex] === 1) this.order.push(vertex);
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

  /**
   * After an attempt that ended in a circle of waiting: the last one in it that replaced a version while somebody waited
   * to do so, which may well have to come later.
   */
  lesson(): Lesson | undefined {
    const waitsAt = new Map(this.#waiting.flatMap((waiting, key) => waiting.map((vertex) => [vertex, key] as const)));
    const waitsFor = new Map(
      [...this.#held].flatMap(([earlier, held]) => held.map((vertex) => [vertex, earlier] as const)),
    );
    const seen = new Map<number, number>();
    const links: Lesson[] = [];
    let vertex = [...waitsAt.keys()][0];
    while (vertex !== undefined && !seen.has(vertex)) {
      seen.set(vertex, links.length);
      const key = waitsAt.get(vertex);
      const first = vertex;
      const reader = key === undefined ? waitsFor.get(vertex) : this.#readerBut(vertex, key);
      links.push({ first, second: key === undefined ? noVersion : this.#index.writerOf(this.#current[key]!) });
      vertex = reader === undefined ? undefined : this.#blocked(reader);
    }
    if (vertex === undefined) return undefined;
    return links
      .slice(seen.get(vertex))
      .filter(({ first, second }) => second !== noVersion && !this.#comesAfter(first, second))
      .sort((a, b) => this.#placedAt[b.second]! - this.#placedAt[a.second]!)[0];
  }

  #readerBut(vertex: number, key: number): number | undefined {
    return [...this.#readers[this.#current[key]!]!].find((reader) => reader !== vertex);
  }

  /** Of all that a vertex waits for, one that only waits for readers of a version, or because it is told to. */
  #blocked(vertex: number): number {
    let blocked = vertex;
    while (this.#open[blocked]! > 0) {
      for (let at = this.#begin[blocked]!; at < this.#begin[blocked + 1]!; at++) {
        if (this.#open[this.#sources[at]!] === -1) continue;
        blocked = this.#sources[at]!;
        break;
      }
    }
    return blocked;
  }

  /** Whether dependencies lead from a placed vertex to one that is not. What was placed before it cannot lead there. */
  #comesAfter(vertex: number, placed: number): boolean {
    const seen = new Set<number>([vertex]);
    const path = [vertex];
    for (let next = path.pop(); next !== undefined; next = path.pop()) {
      if (next === placed) return true;
      for (let at = this.#begin[next]!; at < this.#begin[next + 1]!; at++) {
        const source = this.#sources[at]!;
        const isBefore = this.#open[source] === -1 && this.#placedAt[source]! < this.#placedAt[placed]!;
        if (isBefore || seen.has(source)) continue;
        seen.add(source);
        path.push(source);
      }
    }
    return false;
  }
}

/**
 * A serial order that explains every read, looked for a few times, each time wiser by one wrong choice. None is found
 * where there is none, and now and then where there is one.
 */
export const serialOrder = (
  graph: DependencyGraph,
  index: RegisterIndex,
  attempts: number,
): readonly number[] | undefined => {
  const lessons = new Map<number, number[]>();
  for (let attempt = 0; attempt < attempts; attempt++) {
    const search = new SerialOrder(graph, index, lessons);
    if (search.run()) return search.order;
    const lesson = search.lesson();
    if (lesson === undefined) return undefined;
    lessons.set(lesson.second, [...(lessons.get(lesson.second) ?? []), lesson.first]);
  }
  return undefined;
};
