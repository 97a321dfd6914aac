import type { FairComponent, FairGraph } from "./fair-cycles.ts";

/** Edges of the graph, each with the vertex that it leaves. */
export type Tour = readonly { readonly vertex: number; readonly edge: number }[];

/** Detours of one tour, at most: each of them settles something that was open. */
const detoursMax = 10_000;

/** A closed walk through a fair component that is fair by itself, as short as going to the nearest thing open makes it. */
class Touring {
  readonly steps: { readonly vertex: number; readonly edge: number }[] = [];
  readonly #graph: FairGraph;
  readonly #component: FairComponent;
  readonly #seen = new Set<number>();
  readonly #taken = new Set<number>();
  readonly #caused = new Set<number>();

  constructor(graph: FairGraph, component: FairComponent, start: number) {
    this.#graph = graph;
    this.#component = component;
    this.#seen.add(start);
  }

  /** What would make the walk so far unfair if it were repeated for ever: what a further step must settle. */
  open(): ((vertex: number, edge: number) => boolean) | null {
    const { actions, owed, owedFirst, needsCause } = this.#graph;
    const denied = (action: number): boolean =>
      !this.#taken.has(action) && [...this.#seen].every((vertex) => this.#isOwedAt(vertex, action));
    const candidates = [...this.#seen].flatMap((vertex) => [
      ...owed.subarray(owedFirst[vertex]!, owedFirst[vertex + 1]!),
    ]);
    const action = candidates.find(denied);
    if (action !== undefined)
      return (_vertex, edge) => actions[edge] === action || !this.#isOwedAt(this.#graph.targets[edge]!, action);
    const uncaused = [...this.#taken].find((each) => needsCause(each) && !this.#caused.has(each));
    if (uncaused !== undefined) return (_vertex, edge) => this.#causes(edge, uncaused);
    const untaken = [...this.#caused].find((each) => !this.#taken.has(each));
    return untaken === undefined ? null : (_vertex, edge) => actions[edge] === untaken;
  }

  /** Goes on along a shortest way whose last step is wanted; false where there is none. */
  go(from: number, isWanted: (vertex: number, edge: number) => boolean): boolean {
    const { firstOf, targets } = this.#graph;
    const came = new Map<number, { readonly vertex: number; readonly edge: number } | null>([[from, null]]);
    const queue = [from];
    for (const vertex of queue)
      for (let edge = firstOf[vertex]!; edge < firstOf[vertex + 1]!; edge++) {
        if (!this.#component.has(vertex, edge)) continue;
        if (isWanted(vertex, edge)) {
          this.#walk({ vertex, edge }, came);
          return true;
        }
        const target = targets[edge]!;
        if (came.has(target)) continue;
        came.set(target, { vertex, edge });
        queue.push(target);
      }
    return false;
  }

  #walk(
    last: { readonly vertex: number; readonly edge: number },
    came: ReadonlyMap<number, { readonly vertex: number; readonly edge: number } | null>,
  ): void {
    const way = [last];
    for (let step = came.get(last.vertex); step !== null && step !== undefined; step = came.get(step.vertex))
      way.push(step);
    for (const step of way.reverse()) this.#take(step);
  }

  #take(step: { readonly vertex: number; readonly edge: number }): void {
    const { targets, actions, caused, causedFirst } = this.#graph;
    this.steps.push(step);
    this.#seen.add(targets[step.edge]!);
    this.#taken.add(actions[step.edge]!);
    for (let at = causedFirst[step.edge]!; at < causedFirst[step.edge + 1]!; at++) this.#caused.add(caused[at]!);
  }

  #isOwedAt(vertex: number, action: number): boolean {
    const { owed, owedFirst, hides } = this.#graph;
    if (hides?.(vertex, action) === true) return true;
    return owed.subarray(owedFirst[vertex]!, owedFirst[vertex + 1]!).includes(action);
  }

  #causes(edge: number, action: number): boolean {
    const { caused, causedFirst } = this.#graph;
    return caused.subarray(causedFirst[edge]!, causedFirst[edge + 1]!).includes(action);
  }
}

/**
 * A cycle through a vertex of a fair component that a run can repeat for ever and be fair; empty where nothing is owed at
 * the vertex, so that the run may just stay. Null when the way round is too long to be told, or `isLate` says so.
 */
export const fairTour = (
  graph: FairGraph,
  component: FairComponent,
  start: number,
  isLate: () => boolean = () => false,
): Tour | null => {
  const touring = new Touring(graph, component, start);
  const here = (): number => {
    const last = touring.steps.at(-1);
    return last === undefined ? start : graph.targets[last.edge]!;
  };
  for (let detours = 0; detours < detoursMax && !isLate(); detours++) {
    const wanted = touring.open();
    if (wanted === null && here() === start) return touring.steps;
    const isHome = (_vertex: number, edge: number): boolean => graph.targets[edge] === start;
    if (!touring.go(here(), wanted ?? isHome)) return null;
  }
  return null;
};
