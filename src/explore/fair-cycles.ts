import { componentsOf } from "./components.ts";

/** A graph whose steps are actions, some of which are owed to a fair run. Lists of lists lie end to end. */
export interface FairGraph {
  readonly vertices: number;
  /** Where the edges of a vertex begin; those of the next begin where they end. */
  readonly firstOf: Int32Array;
  readonly targets: Int32Array;
  /** By edge the action that it takes. */
  readonly actions: Int32Array;
  /** Actions that may not be put off for ever at a vertex (weak fairness), each once. */
  readonly owedFirst: Int32Array;
  readonly owed: Int32Array;
  /** Whether an action that is not owed at a vertex is only hidden there: its process has something urgent to do first. */
  readonly hides: ((vertex: number, action: number) => boolean) | null;
  /** Fair loss, by edge: the actions that can be taken again because of it, and which must be, if that is so for ever. */
  readonly causedFirst: Int32Array;
  readonly caused: Int32Array;
  /** Whether an action is one that needs a cause: taken for ever, it is caused for ever. */
  readonly needsCause: (action: number) => boolean;
}

/** A part of a graph in which a fair run can go on for ever. */
export interface FairComponent {
  /** Ascending. */
  readonly vertices: readonly number[];
  /** Whether an edge of one of its vertices is in it. */
  readonly has: (vertex: number, edge: number) => boolean;
}

/** What happens in one component, if every edge of it is taken again and again. */
class Custom {
  readonly taken = new Set<number>();
  readonly caused = new Set<number>();
  /** By action: at how many vertices it is owed. */
  readonly #owedAt = new Map<number, number>();

  constructor(graph: FairGraph, { vertices, has }: FairComponent) {
    for (const vertex of vertices) {
      for (let at = graph.owedFirst[vertex]!; at < graph.owedFirst[vertex + 1]!; at++) {
        const action = graph.owed[at]!;
        this.#owedAt.set(action, (this.#owedAt.get(action) ?? 0) + 1);
      }
      for (let edge = graph.firstOf[vertex]!; edge < graph.firstOf[vertex + 1]!; edge++) {
        if (!has(vertex, edge)) continue;
        this.taken.add(graph.actions[edge]!);
        for (let at = graph.causedFirst[edge]!; at < graph.causedFirst[edge + 1]!; at++)
          this.caused.add(graph.caused[at]!);
      }
    }
  }

  /** An action that is owed all the time, where it is not hidden, and never taken; null where there is none. */
  deniedIn({ hides }: FairGraph, vertices: readonly number[]): number | null {
    for (const [action, count] of this.#owedAt) {
      if (this.taken.has(action)) continue;
      if (count === vertices.length) return action;
      if (hides === null) continue;
      const hidden = vertices.reduce((sum, vertex) => sum + (hides(vertex, action) ? 1 : 0), 0);
      if (count + hidden === vertices.length) return action;
    }
    return null;
  }
}

const groupsOf = (component: Int32Array, keeps: Uint8Array): readonly (readonly number[])[] => {
  const groups: number[][] = [];
  for (let vertex = 0; vertex < component.length; vertex++) {
    if (keeps[vertex] === 0) continue;
    const group = groups[component[vertex]!];
    if (group === undefined) groups[component[vertex]!] = [vertex];
    else group.push(vertex);
  }
  return groups.filter((group) => group !== undefined);
};

/**
 * The parts of a graph in which a run can stay for ever and be fair, among the vertices that are kept. Every vertex also
 * has a step on which nothing happens: a run may stay where nothing is owed.
 *
 * A run that stays in a strongly connected component can take every edge of it again and again, so an action is denied its
 * due only where it is owed at every vertex and on no edge: no part of such a component is fair either. (Where it is only
 * hidden at some, these may be stayed at.) Fair loss needs more: an action that is taken without a cause, or caused and never taken, takes its edges out of the component, and what
 * is left is looked at again.
 *
 * @param isLate Asked before each look at the whole graph; true ends it with no component, whether there is one or not.
 *
 * Source: Lichtenstein, Pnueli 1985; Emerson, Lei 1987 (fair components); Tarjan 1972.
 */
export const fairComponents = (
  graph: FairGraph,
  keeps: Uint8Array,
  isLate: () => boolean = () => false,
): readonly FairComponent[] => {
  const alive = new Uint8Array(graph.targets.length).fill(1);
  const kept = keeps.slice();
  for (;;) {
    if (isLate()) return [];
    const targets = graph.targets.map((target, edge) => (alive[edge] === 1 && kept[target] === 1 ? target : -1));
    const component = componentsOf(graph.vertices, graph.firstOf, targets);
    const has = (vertex: number, edge: number): boolean =>
      targets[edge]! >= 0 && component[targets[edge]!] === component[vertex];
    const found = groupsOf(component, kept).map((vertices): FairComponent => ({ vertices, has }));
    let changed = false;
    for (const each of found) changed = sift(graph, each, alive, kept) || changed;
    if (!changed) return found;
  }
};

/** Takes out of a component what no fair run does for ever; true when there was something. */
const sift = (graph: FairGraph, component: FairComponent, alive: Uint8Array, kept: Uint8Array): boolean => {
  const { vertices, has } = component;
  const custom = new Custom(graph, component);
  const denied = custom.deniedIn(graph, vertices);
  if (denied !== null) {
    // No fair run stays here and comes to a vertex that owes it.
    for (const vertex of vertices) if (graph.hides?.(vertex, denied) !== true) kept[vertex] = 0;
    return true;
  }
  let changed = false;
  for (const vertex of vertices)
    for (let edge = graph.firstOf[vertex]!; edge < graph.firstOf[vertex + 1]!; edge++) {
      if (alive[edge] === 0 || !has(vertex, edge) || !isUncustomary(graph, custom, edge)) continue;
      alive[edge] = 0;
      changed = true;
    }
  return changed;
};

/** Whether an edge takes what nothing causes, or causes what is never taken. */
const isUncustomary = (graph: FairGraph, { taken, caused }: Custom, edge: number): boolean => {
  const action = graph.actions[edge]!;
  if (graph.needsCause(action) && !caused.has(action)) return true;
  for (let at = graph.causedFirst[edge]!; at < graph.causedFirst[edge + 1]!; at++)
    if (!taken.has(graph.caused[at]!)) return true;
  return false;
};
