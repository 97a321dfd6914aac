import type { Patience } from "../patience.ts";
import type { DependencyGraph } from "./dependency-graph.ts";
import { Grouped } from "./grouped.ts";
import { RankQueue } from "./rank-queue.ts";
import { noVersion, type RegisterIndex, type RegisterUse } from "./register-index.ts";

/** How many vertices are looked at to find out what the readers of a version wait for. */
const lookAheadMax = 200;

/** What does not change from one attempt to the next. */
interface Problem {
  readonly graph: DependencyGraph;
  readonly index: RegisterIndex;
  /** By vertex: whom it depends on. */
  readonly sources: Grouped;
  /** By transaction: the numbers of its uses, if it took effect. */
  readonly usesOf: Grouped;
  /** By version: who reads it. */
  readonly readersOf: Grouped;
}

const problemOf = (graph: DependencyGraph, index: RegisterIndex): Problem => {
  const { uses, committed, versions, transactions } = index;
  const from = new Int32Array(graph.edges);
  for (let vertex = 0; vertex < graph.vertices; vertex++) {
    from.fill(vertex, graph.first[vertex]!, graph.first[vertex + 1]!);
  }
  const alive = uses.map(({ transaction }) => (committed[transaction] === 1 ? transaction : -1));
  const read: number[] = [];
  const readers: number[] = [];
  for (const use of uses) {
    for (const version of committed[use.transaction] === 1 ? use.read : []) {
      read.push(version);
      readers.push(use.transaction);
    }
  }
  return {
    graph,
    index,
    sources: new Grouped(graph.vertices, graph.to, from),
    usesOf: new Grouped(transactions.length, alive),
    readersOf: new Grouped(versions, read, readers),
  };
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
  readonly #problem: Problem;
  /** By vertex: how many sources are not placed yet; -1 when it is placed itself. */
  readonly #open: Int32Array;
  /** By version: how many readers are not placed yet. */
  readonly #readersLeft: Int32Array;
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
  /** By vertex: the look ahead that came here last. */
  readonly #look: Int32Array;
  #looks = 0;
  #placed = 0;
  readonly order: number[] = [];

  constructor(problem: Problem, lessons: ReadonlyMap<number, readonly number[]>) {
    const { graph, index, readersOf } = problem;
    this.#problem = problem;
    this.#lessons = lessons;
    this.#placedAt = new Int32Array(graph.vertices).fill(-1);
    this.#look = new Int32Array(graph.vertices);
    this.#open = new Int32Array(graph.vertices);
    for (const to of graph.to) this.#open[to]!++;
    const rank = new Float64Array(graph.vertices).fill(Number.NEGATIVE_INFINITY);
    for (const [at, { returnedAt }] of index.transactions.entries()) rank[at] = returnedAt ?? Number.POSITIVE_INFINITY;
    this.#queue = new RankQueue(rank);
    this.#readersLeft = new Int32Array(index.versions);
    for (let version = 0; version < index.versions; version++) this.#readersLeft[version] = readersOf.sizeOf(version);
    this.#current = Int32Array.from(index.keys, (_, key) => index.initialOf(key));
    this.#waiting = index.keys.map(() => []);
  }

  /** Whether all could be placed. */
  run(patience: Patience): boolean {
    const { graph, index } = this.#problem;
    for (let vertex = 0; vertex < graph.vertices; vertex++) if (this.#open[vertex] === 0) this.#queue.push(vertex);
    while (this.#queue.size > 0) {
      patience.tick();
      const vertex = this.#queue.pop();
      if (vertex >= index.transactions.length) this.#place(vertex);
      else if (!this.#reads(vertex)) return false;
      else if (this.#mayBePlaced(vertex)) this.#place(vertex);
    }
    return index.committed.every((one, at) => one === 0 || this.#open[at] === -1);
  }

  #use(transaction: number, place: number): RegisterUse {
    return this.#problem.index.uses[this.#problem.usesOf.at(transaction, place)]!;
  }

  /** Whether everything that a transaction read is there. */
  #reads(transaction: number): boolean {
    for (let place = this.#problem.usesOf.sizeOf(transaction) - 1; place >= 0; place--) {
      const { key, read } = this.#use(transaction, place);
      for (const version of read) if (this.#current[key] !== version) return false;
    }
    return true;
  }

  /** Whether nothing speaks against placing a transaction now; if something does, it waits for that. */
  #mayBePlaced(transaction: number): boolean {
    const earlier = this.#lessons.get(transaction)?.find((other) => this.#open[other] !== -1);
    if (earlier !== undefined) {
      this.#hold(transaction, earlier);
      return false;
    }
    for (let place = this.#problem.usesOf.sizeOf(transaction) - 1; place >= 0; place--) {
      if (!this.#mayWrite(transaction, this.#use(transaction, place))) return false;
    }
    return true;
  }

  #hold(vertex: number, earlier: number): void {
    const held = this.#held.get(earlier) ?? [];
    this.#held.set(earlier, held);
    held.push(vertex);
  }

  #mayWrite(vertex: number, { key, read, wrote }: RegisterUse): boolean {
    if (wrote === noVersion) return true;
    const current = this.#current[key]!;
    if (this.#readersLeft[current]! > (read.includes(current) ? 1 : 0)) {
      this.#waiting[key]!.push(vertex);
      return false;
    }
    const earlier = this.#earlierWriter(vertex, key, wrote);
    if (earlier !== undefined) this.#hold(vertex, earlier);
    return earlier === undefined;
  }

  /** Another writer of the key that some reader of a version waits for: that one has to write first. */
  #earlierWriter(vertex: number, key: number, wrote: number): number | undefined {
    const { sources, readersOf } = this.#problem;
    const look = ++this.#looks;
    const path = [...readersOf.of(wrote)];
    this.#look[vertex] = look;
    for (const reader of path) this.#look[reader] = look;
    for (let nearest = 0; nearest < path.length && path.length < lookAheadMax; nearest++) {
      const next = path[nearest]!;
      for (let at = sources.sizeOf(next) - 1; at >= 0; at--) {
        const source = sources.at(next, at);
        if (this.#open[source] === -1 || this.#look[source] === look) continue;
        this.#look[source] = look;
        path.push(source);
        if (this.#writes(source, key)) return source;
      }
    }
    return undefined;
  }

  #writes(vertex: number, key: number): boolean {
    if (vertex >= this.#problem.index.transactions.length) return false;
    for (let place = this.#problem.usesOf.sizeOf(vertex) - 1; place >= 0; place--) {
      const use = this.#use(vertex, place);
      if (use.key === key && use.wrote !== noVersion) return true;
    }
    return false;
  }

  #place(vertex: number): void {
    const { graph, index, usesOf } = this.#problem;
    this.#open[vertex] = -1;
    this.#placedAt[vertex] = this.#placed++;
    if (vertex < index.transactions.length) {
      if (index.committed[vertex] === 1) this.order.push(vertex);
      for (let place = usesOf.sizeOf(vertex) - 1; place >= 0; place--) {
        const { key, read, wrote } = this.#use(vertex, place);
        for (const version of read) this.#readersLeft[version]!--;
        if (wrote !== noVersion) this.#current[key] = wrote;
        if (this.#waiting[key]!.length > 0) this.#wakeWriters(key);
      }
    }
    const held = this.#held.get(vertex);
    if (held !== undefined) this.#wake(held);
    for (let edge = graph.first[vertex]!; edge < graph.first[vertex + 1]!; edge++) {
      const to = graph.to[edge]!;
      this.#open[to]!--;
      if (this.#open[to] === 0) this.#queue.push(to);
    }
  }

  /** No reader is left, or only the one who waits to write itself. */
  #wakeWriters(key: number): void {
    const current = this.#current[key]!;
    const waiting = this.#waiting[key]!;
    if (this.#readersLeft[current] === 0) this.#wake(waiting);
    else if (this.#readersLeft[current] === 1) {
      const reader = this.#problem.readersOf.of(current).find((one) => this.#open[one] !== -1)!;
      const at = waiting.indexOf(reader);
      if (at < 0) return;
      waiting.splice(at, 1);
      this.#queue.push(reader);
    }
  }

  #wake(waiting: number[]): void {
    for (const vertex of waiting) this.#queue.push(vertex);
    waiting.length = 0;
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
      links.push({ first, second: key === undefined ? noVersion : this.#problem.index.writerOf(this.#current[key]!) });
      vertex = reader === undefined ? undefined : this.#blocked(reader);
    }
    if (vertex === undefined) return undefined;
    return links
      .slice(seen.get(vertex))
      .filter(({ first, second }) => second !== noVersion && !this.#comesAfter(first, second))
      .sort((a, b) => this.#placedAt[b.second]! - this.#placedAt[a.second]!)[0];
  }

  #readerBut(vertex: number, key: number): number | undefined {
    const readers = this.#problem.readersOf.of(this.#current[key]!);
    return readers.find((reader) => reader !== vertex && this.#open[reader] !== -1);
  }

  /** Of all that a vertex waits for, one that only waits for readers of a version, or because it is told to. */
  #blocked(vertex: number): number {
    const { sources } = this.#problem;
    let blocked = vertex;
    while (this.#open[blocked]! > 0) blocked = sources.of(blocked).find((source) => this.#open[source] !== -1)!;
    return blocked;
  }

  /** Whether dependencies lead from a placed vertex to one that is not. What was placed before it cannot lead there. */
  #comesAfter(vertex: number, placed: number): boolean {
    const seen = new Set<number>([vertex]);
    const path = [vertex];
    for (let next = path.pop(); next !== undefined; next = path.pop()) {
      if (next === placed) return true;
      for (const source of this.#problem.sources.of(next)) {
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
  patience: Patience,
): readonly number[] | undefined => {
  const problem = problemOf(graph, index);
  const lessons = new Map<number, number[]>();
  for (let attempt = 0; attempt < attempts; attempt++) {
    patience.look();
    const search = new SerialOrder(problem, lessons);
    if (search.run(patience)) return search.order;
    const lesson = search.lesson();
    if (lesson === undefined) return undefined;
    lessons.set(lesson.second, [...(lessons.get(lesson.second) ?? []), lesson.first]);
  }
  return undefined;
};
