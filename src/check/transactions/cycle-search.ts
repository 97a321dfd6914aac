import { isOutOfTime, type Patience } from "../patience.ts";
import type { AnomalyKind, CycleKind, CycleVariant } from "./consistency-models.ts";
import { anyRead, type DependencyGraph, dependency } from "./dependency-graph.ts";
import { ShortestPaths } from "./shortest-path.ts";
import { type StrongComponents, strongComponents } from "./strong-components.ts";
import { type Subgraph, withoutAdjacentReads } from "./subgraph.ts";

const { ww, wr, rw, process, realtime, onward, wwBySession, rwBySession, wwByTime, rwByTime } = dependency;
const byTime = realtime | wwByTime | rwByTime;
const bySession = process | wwBySession | rwBySession;
const inferred = wwBySession | rwBySession | wwByTime | rwByTime;

/** One step of a cycle: `to` depends on `from`. */
export interface CycleStep {
  readonly from: number;
  readonly to: number;
  /** One of the bits of `dependency`. */
  readonly label: number;
  /** The number of the key that it is about; -1 for an order of sessions or of time. */
  readonly key: number;
}

/** A cycle of transactions; each step ends where the next one begins. */
export type Cycle = readonly CycleStep[];

/** The cycles that were found: the shortest of each kind. */
export interface FoundCycles {
  readonly cycles: ReadonlyMap<AnomalyKind, Cycle>;
  /** Whether a G-single may have been missed, because looking for it took too long. */
  readonly mayHideSingle: boolean;
  /** Whether the time was over before all were looked for. */
  readonly isLate: boolean;
}

const isRead = ({ label }: CycleStep): boolean => (label & anyRead) !== 0;

const hasAdjacentReads = (cycle: Cycle): boolean =>
  cycle.some((step, at) => isRead(step) && isRead(cycle[(at + 1) % cycle.length]!));

const has = (cycle: Cycle, labels: number): boolean => cycle.some(({ label }) => (label & labels) !== 0);

/**
 * Two versions whose order is inferred from real time, or a session, are in that order or else on a cycle of such an order
 * with one rw dependency at most: so that much is certain where a cycle rests on it, and no less.
 */
const cycleKindOf = (cycle: Cycle): CycleKind => {
  const reads = cycle.filter(isRead).length;
  if (reads <= 1 && has(cycle, inferred)) return "G-single";
  if (reads === 0) return cycle.some(({ label }) => label === wr) ? "G1c" : "G0";
  if (reads === 1) return "G-single";
  return hasAdjacentReads(cycle) ? "G2-item" : "G-nonadjacent";
};

const variantOf = (cycle: Cycle): CycleVariant => {
  if (has(cycle, byTime)) return "-realtime";
  return has(cycle, bySession) ? "-process" : "";
};

/** Cuts a closed walk at a transaction that it visits twice, until none is; what is kept has no adjacent reads. */
const simple = (walk: Cycle): Cycle => {
  for (let at = 0; at < walk.length; at++) {
    const again = walk.findIndex(({ from }, other) => other > at && from === walk[at]!.from);
    if (again < 0) continue;
    const inner = walk.slice(at, again);
    // Where one half takes two rw edges in a row at the cut, the other one takes none there.
    return simple(hasAdjacentReads(inner) ? [...walk.slice(again), ...walk.slice(0, at)] : inner);
  }
  return walk;
};

/** By variant: the labels of writes after writes, of missed writes, and of orders that are no dependency. */
interface VariantLabels {
  readonly writes: number;
  readonly reads: number;
  readonly orders: number;
}

const labelsOf: { readonly [Variant in CycleVariant]: VariantLabels } = {
  "": { writes: ww, reads: rw, orders: onward },
  "-process": { writes: ww | wwBySession, reads: rw | rwBySession, orders: onward | process },
  "-realtime": { writes: ww | wwBySession | wwByTime, reads: anyRead, orders: onward | process | realtime },
};

const weightOf = (cycle: Cycle): number =>
  cycle.length + cycle.filter(({ label }) => (label & inferred) !== 0).length / (cycle.length + 1);

/** Edges looked at in the search for one kind of cycle, after which the shortest so far is good enough. */
const workMax = 4_000_000;

class CycleSearch {
  readonly #part: Subgraph;
  readonly #transactions: number;
  readonly #patience: Patience;
  readonly #paths: ShortestPaths;
  #doubled: ShortestPaths | undefined;
  readonly cycles = new Map<AnomalyKind, Cycle>();
  mayHideSingle = false;

  constructor(part: Subgraph, transactions: number, patience: Patience) {
    this.#part = part;
    this.#transactions = transactions;
    this.#patience = patience;
    this.#paths = new ShortestPaths(part.graph);
  }

  ofVariant(variant: CycleVariant): void {
    const { graph } = this.#part;
    const { writes, reads, orders } = labelsOf[variant];
    const observed = writes | wr | orders;
    this.#through(graph, this.#paths, strongComponents(graph, writes | orders), writes, writes | orders);
    this.#through(graph, this.#paths, strongComponents(graph, observed), wr, observed);
    const all = strongComponents(graph, observed | reads);
    const isComplete = this.#through(graph, this.#paths, all, reads, observed);
    if (!isComplete && !this.#hasSingle()) this.mayHideSingle = true;
    this.#ofSnapshots(reads, observed | reads);
    this.#through(graph, this.#paths, all, reads, observed | reads);
  }

  #hasSingle(): boolean {
    return [...this.cycles.keys()].some((kind) => kind.startsWith("G-single"));
  }

  /** Cycles without two rw in a row. That there is one is known for certain before it is looked for. */
  #ofSnapshots(reads: number, labels: number): void {
    this.#doubled ??= new ShortestPaths(withoutAdjacentReads(this.#part.graph));
    const { graph } = this.#doubled;
    this.#through(graph, this.#doubled, strongComponents(graph, labels), reads, labels);
  }

  /**
   * Closes the edges with some label that lie in a component, each by a shortest path along `labels`. Whether each was
   * tried; the first ones are, whatever it takes, until there is a cycle.
   */
  #through(
    graph: DependencyGraph,
    paths: ShortestPaths,
    { component }: StrongComponents,
    closed: number,
    labels: number,
  ): boolean {
    const start = paths.work;
    let shortest = Number.POSITIVE_INFINITY;
    for (let from = 0; from < graph.vertices; from++) {
      for (let edge = graph.first[from]!; edge < graph.first[from + 1]!; edge++) {
        const to = graph.to[edge]!;
        if ((graph.label[edge]! & closed) === 0 || component[from] !== component[to]) continue;
        if (paths.work - start > workMax && (shortest < Number.POSITIVE_INFINITY || (labels & closed) === 0)) {
          return false;
        }
        this.#patience.look();
        const path = paths.find(to, from, labels, shortest - 2);
        if (path === undefined) continue;
        const cycle = this.#told(graph, from, [edge, ...path]);
        shortest = Math.min(shortest, cycle.length);
        this.#keep(cycle);
      }
    }
    return true;
  }

  /** Keeps the shortest of each kind; of equal ones the one that rests on less that is inferred. */
  #keep(cycle: Cycle): void {
    const kind: AnomalyKind = `${cycleKindOf(cycle)}${variantOf(cycle)}`;
    const best = this.cycles.get(kind);
    if (best === undefined || weightOf(cycle) < weightOf(best)) this.cycles.set(kind, cycle);
  }

  /** A closed walk of edges as steps between transactions. */
  #told(graph: DependencyGraph, start: number, edges: readonly number[]): Cycle {
    const isDoubled = graph !== this.#part.graph;
    const nameOf = (vertex: number): number => this.#part.original[isDoubled ? vertex >> 1 : vertex]!;
    const steps: CycleStep[] = [];
    let from = nameOf(start);
    // The edge that leaves a transaction says what the dependency is, and the next transaction ends the step.
    let leaving = edges[0]!;
    for (const edge of edges) {
      if (graph.label[edge] !== onward) leaving = edge;
      const to = nameOf(graph.to[edge]!);
      if (to >= this.#transactions) continue;
      steps.push({ from, to, label: graph.label[leaving]!, key: graph.key[leaving]! });
      from = to;
    }
    return isDoubled ? simple(steps) : steps;
  }
}

/** Finds the cycles in the part of a graph that has any, of some variants. */
export const findCycles = (
  part: Subgraph,
  transactions: number,
  variants: readonly CycleVariant[],
  patience: Patience,
): FoundCycles => {
  const search = new CycleSearch(part, transactions, patience);
  let isLate = false;
  try {
    if (part.graph.vertices > 0) for (const variant of variants) search.ofVariant(variant);
  } catch (thrown) {
    if (!isOutOfTime(thrown)) throw thrown;
    isLate = true;
  }
  return { cycles: search.cycles, mayHideSingle: search.mayHideSingle, isLate };
};
