import { type FairComponent, type FairGraph, fairComponents } from "./fair-cycles.ts";
import { fairTour, type Tour } from "./fair-tour.ts";
import type { LassoGraph } from "./lasso-graph.ts";
import { broken, type LivenessFinding, type LivenessSearch, undecided } from "./liveness-finding.ts";
import { downMaxOf } from "./runs-at-rest.ts";

/** The components whose cycles are compared, and the clauses that are looked at one by one, at most. */
const componentsMax = 20;
const clausesMax = 500;

/** The whole graph of a search, and what is owed at each of its states. */
interface Surroundings extends LivenessSearch {
  readonly lasso: LassoGraph;
  readonly graph: FairGraph;
  /** By vertex: what is owed, by number from 1 on; 0 for nothing. */
  readonly owing: Int32Array;
  readonly clauses: readonly string[];
}

/** A run that goes on for ever: how it gets there, and what it repeats. */
interface Lasso {
  readonly entry: number;
  readonly tour: Tour;
}

const surroundingsOf = (searched: LivenessSearch, lasso: LassoGraph): Surroundings => {
  const { parts } = searched;
  const graph = lasso.finish();
  const owing = new Int32Array(graph.vertices);
  const clauses: string[] = [];
  const numbers = new Map<string, number>();
  const downMax = downMaxOf(parts);
  for (let vertex = 0; vertex < graph.vertices; vertex++) {
    const clause = lasso.down.at(vertex) > downMax ? null : parts.watch.pending(lasso.watch.at(vertex), 0);
    if (clause === null) continue;
    if (!numbers.has(clause)) numbers.set(clause, clauses.push(clause));
    owing[vertex] = numbers.get(clause)!;
  }
  return { ...searched, lasso, graph, owing, clauses };
};

const keeping = (owing: Int32Array, keeps: (owed: number) => boolean): Uint8Array =>
  Uint8Array.from(owing, (owed) => (keeps(owed) ? 1 : 0));

/** The shortest of the runs that enter one of the first components at its first vertex that owes. */
const shortestIn = ({ graph, search, owing }: Surroundings, components: readonly FairComponent[]): Lasso | null => {
  const entries = components
    .map((component) => ({ component, entry: component.vertices.find((vertex) => owing[vertex] !== 0) }))
    .filter((each): each is { component: FairComponent; entry: number } => each.entry !== undefined)
    .sort((a, b) => a.entry - b.entry);
  let best: Lasso | null = null;
  let bestLength = Number.POSITIVE_INFINITY;
  for (const { component, entry } of entries.slice(0, componentsMax)) {
    const tour = fairTour(graph, component, entry);
    if (tour === null) continue;
    const length = search.paths.to(entry).steps.length + tour.length;
    if (length < bestLength) [best, bestLength] = [{ entry, tour }, length];
  }
  return best;
};

/**
 * A run that owes for ever. "From some time on" (`lasting`) is broken by owing again and again; else the same must be owed
 * all the time: two debts in turn, each of which is paid, are no violation.
 */
const lassoIn = (surroundings: Surroundings, isLasting: boolean): Lasso | null => {
  const { graph, owing, clauses } = surroundings;
  if (isLasting)
    return shortestIn(
      surroundings,
      fairComponents(
        graph,
        keeping(owing, () => true),
      ),
    );
  const components = clauses.slice(0, clausesMax).flatMap((_, at) =>
    fairComponents(
      graph,
      keeping(owing, (owed) => owed === at + 1),
    ),
  );
  return shortestIn(surroundings, components);
};

/**
 * Decides a liveness property on the whole graph of a search: a run that owes for ever would stay in a strongly connected
 * component of the states that owe, or in one state where nothing is due. What it finds is a lasso: the shortest way to
 * the component, and a cycle in it that is fair by itself.
 *
 * Source: Lichtenstein, Pnueli 1985, Checking that finite state concurrent programs satisfy their linear specification.
 */
export const decideByLassos = (searched: LivenessSearch, lasso: LassoGraph): LivenessFinding => {
  const surroundings = surroundingsOf(searched, lasso);
  const { graph, owing, clauses, parts, search, property } = surroundings;
  const found = lassoIn(surroundings, property.lasting === true);
  if (found !== null) return tell(surroundings, found);
  if (clauses.length > clausesMax) return undecided(searched, `more than ${clausesMax} unlike debts`);
  if (
    property.lasting !== true &&
    fairComponents(
      graph,
      keeping(owing, (owed) => owed !== 0),
    ).length > 0
  )
    return undecided(
      searched,
      "something is owed for ever, though not always the same: the property does not say whether it is paid",
    );
  const exercised = parts.watch.exercised(0);
  if (exercised === 0) return undecided(searched, "never exercised: its premise did not occur");
  const { id, kind, text } = property;
  const { distinct } = search;
  const strength = { by: "exhaustive", states: distinct } as const;
  return { verdict: { property: id, kind, text, verdict: "holds", strength, exercised }, distinct };
};

const tell = (surroundings: Surroundings, { entry, tour }: Lasso): LivenessFinding => {
  const { parts, lasso, owing, clauses } = surroundings;
  const stays = tour.length === 0 && parts.settled.network !== "set";
  // A run without end that no bound forbids may be forbidden by a bound on delays; one that has come to its end is not.
  if (parts.prepared.model.timing !== "asynchronous" && !stays) {
    const clause = `${clauses[owing[entry]! - 1]} in a run that is fair, but may break the bounds of time`;
    return undecided(surroundings, clause);
  }
  return broken(surroundings, entry, { closing: [], loop: lasso.stepsOf(tour) });
};
