import type { AnomalyKind, CycleKind, CycleVariant } from "./consistency-models.ts";
import { type DependencyGraph, dependency } from "./dependency-graph.ts";
import { ShortestPaths } from "./shortest-path.ts";
import { type StrongComponents, strongComponents } from "./strong-components.ts";
import { type Subgraph, withoutAdjacentReads } from "./subgraph.ts";

const { ww, wr, rw, process, realtime, onward } = dependency;

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
}

const isRead = ({ label }: CycleStep): boolean => label === rw;

const hasAdjacentReads = (cycle: Cycle): boolean =>
  cycle.some((step, at) => isRead(step) && isRead(cycle[(at + 1) % cycle.length]!));

const cycleKindOf = (cycle: Cycle): CycleKind => {
  const reads = cycle.filter(isRead).length;
  if (reads === 0) return cycle.some(({ label }) => label === wr) ? "G1c" : "G0";
  if (reads === 1) return "G-single";
  return hasAdjacentReads(cycle) ? "G2-item" : "G-nonadjacent";
};

const variantOf = (cycle: Cycle): CycleVariant => {
  if (cycle.some(({ label }) => label === realtime)) return "-realtime";
  return cycle.some(({ label }) => label === process) ? "-process" : "";
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

const extraLabels: { readonly [Variant in CycleVariant]: number } = {
  "": onward,
  "-process": onward | process,
  "-realtime": onward | process | realtime,
};

/** Edges looked at in the search for one kind of cycle, after which the shortest so far is good enough. */
const workMax = 4_000_000;

class CycleSearch {
  readonly #part: Subgraph;
  readonly #transactions: number;
  readonly #paths: ShortestPaths;
  readonly cycles = new Map<AnomalyKind, Cycle>();
  mayHideSingle = false;

  constructor(part: Subgraph, transactions: number) {
    this.#part = part;
    this.#transactions = transactions;
    this.#paths = new ShortestPaths(part.graph);
  }

  ofVariant(variant: CycleVariant): void {
    const { graph } = this.#part;
    const extra = extraLabels[variant];
    const writes = strongComponents(graph, ww | extra);
    this.#through(graph, this.#paths, writes, ww, ww | extra);
    const dependencies = strongComponents(graph, ww | wr | extra);
    this.#through(graph, this.#paths, dependencies, wr, ww | wr | extra);
    const all = strongComponents(graph, ww | wr | rw | extra);
    const isComplete = this.#through(graph, this.#paths, all, rw, ww | wr | extra);
    if (!isComplete && !this.#hasSingle()) this.mayHideSingle = true;
    this.#ofSnapshots(extra);
    this.#through(graph, this.#paths, all, rw, ww | wr | rw | extra);
  }

  #hasSingle(): boolean {
    return [...this.cycles.keys()].some((kind) => kind.startsWith("G-single"));
  }

  /** Cycles without two rw in a row. That there is one is known for certain before it is looked for. */
  #ofSnapshots(extra: number): void {
    const doubled = withoutAdjacentReads(this.#part.graph);
    const labels = ww | wr | rw | extra;
    this.#through(doubled, new ShortestPaths(doubled), strongComponents(doubled, labels), rw, labels);
  }

  /**
   * Closes the edges of one label that lie in a component, each by a shortest path along `labels`. Whether each was
   * tried; the first ones are, whatever it takes, until there is a cycle.
   */
  #through(
    graph: DependencyGraph,
    paths: ShortestPaths,
    { component }: StrongComponents,
    label: number,
    labels: number,
  ): boolean {
    const start = paths.work;
    let shortest = Number.POSITIVE_INFINITY;
    for (let from = 0; from < graph.vertices; from++) {
      for (let edge = graph.first[from]!; edge < graph.first[from + 1]!; edge++) {
        const to = graph.to[edge]!;
        if (graph.label[edge] !== label || component[from] !== component[to]) continue;
        if (paths.work - start > workMax && (shortest < Number.POSITIVE_INFINITY || (labels & label) === 0)) {
          return false;
        }
        const path = paths.find(to, from, labels, shortest - 2);
        if (path === undefined) continue;
        const cycle = this.#told(graph, from, [edge, ...path]);
        shortest = Math.min(shortest, cycle.length);
        this.#keep(cycle);
      }
    }
    return true;
  }

  #keep(cycle: Cycle): void {
    const kind: AnomalyKind = `${cycleKindOf(cycle)}${variantOf(cycle)}`;
    if (cycle.length < (this.cycles.get(kind)?.length ?? Number.POSITIVE_INFINITY)) this.cycles.set(kind, cycle);
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
export const findCycles = (part: Subgraph, transactions: number, variants: readonly CycleVariant[]): FoundCycles => {
  const search = new CycleSearch(part, transactions);
  if (part.graph.vertices > 0) for (const variant of variants) search.ofVariant(variant);
  return { cycles: search.cycles, mayHideSingle: search.mayHideSingle };
};
