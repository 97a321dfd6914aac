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
  /** Whether the time is over; once it is, it stays so. */
  readonly isLate: () => boolean;
}

/** A run that goes on for ever: how it gets there, and what it repeats. */
interface Lasso {
  readonly entry: number;
  readonly tour: Tour;
}

const surroundingsOf = (searched: LivenessSearch, lasso: LassoGraph, isLate: () => boolean): Surroundings => {
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
  return { ...searched, lasso, graph, owing, clauses, isLate };
};

/** The shortest of the runs that enter one of the first components at its first vertex that owes. */
const shortestIn = (
  { graph, search, owing, isLate }: Surroundings,
  components: readonly FairComponent[],
): Lasso | null => {
  const entries = components
    .map((component) => ({ component, entry: component.vertices.find((vertex) => owing[vertex] !== 0)! }))
    .sort((a, b) => a.entry - b.entry);
  let best: Lasso | null = null;
  let bestLength = Number.POSITIVE_INFINITY;
  for (const { component, entry } of entries.slice(0, componentsMax)) {
    const tour = fairTour(graph, component, entry, isLate);
    if (tour === null) continue;
    const length = search.paths.to(entry).steps.length + tour.length;
    if (length < bestLength) [best, bestLength] = [{ entry, tour }, length];
  }
  return best;
};

/** Of parts in which something is owed all the time those in which it is always the same. */
const owingOne = (
  { graph, owing, isLate }: Surroundings,
  parts: readonly FairComponent[],
): readonly FairComponent[] => {
  const isIn = new Uint8Array(graph.vertices);
  for (const { vertices } of parts) for (const vertex of vertices) isIn[vertex] = 1;
  const debts = new Set(parts.flatMap(({ vertices }) => vertices.map((vertex) => owing[vertex]!)));
  return [...debts]
    .sort((a, b) => a - b)
    .slice(0, clausesMax)
    .flatMap((debt) => {
      const keeps = isIn.map((inside, vertex) => (inside === 1 && owing[vertex] === debt ? 1 : 0));
      return fairComponents(graph, keeps, isLate);
    });
};

/**
 * Decides a liveness property on the whole graph of a search: a run that owes for ever would stay in a strongly connected
 * component of the states that owe, or in one state where nothing is due. What it finds is a lasso: the shortest way to
 * the component, and a cycle in it that is fair by itself.
 *
 * "From some time on" (`lasting`) is broken by owing again and again; else the same must be owed all the time: two debts
 * in turn, each of which is paid, are no violation.
 *
 * Source: Lichtenstein, Pnueli 1985, Checking that finite state concurrent programs satisfy their linear specification.
 *
 * @param expired True once no more time should be spent.
 */
export const decideByLassos = (
  searched: LivenessSearch,
  lasso: LassoGraph,
  expired: () => boolean = () => false,
): LivenessFinding => {
  let late = false;
  const isLate = (): boolean => {
    late ||= expired();
    return late;
  };
  const surroundings = surroundingsOf(searched, lasso, isLate);
  const { graph, owing, clauses, property } = surroundings;
  const isLasting = property.lasting === true;
  const keeps = Uint8Array.from(owing, (owed) => (isLasting || owed !== 0 ? 1 : 0));
  const staying = fairComponents(graph, keeps, isLate);
  const broken = isLasting
    ? staying.filter(({ vertices }) => vertices.some((vertex) => owing[vertex] !== 0))
    : owingOne(surroundings, staying);
  if (broken.length > 0) {
    const found = shortestIn(surroundings, broken);
    return found === null
      ? undecided(searched, "something is owed for ever in a run that is too long to be told")
      : tell(surroundings, found);
  }
  if (late) return undecided(searched, "every state was seen, and the time is over to look for cycles among them");
  if (isLasting || staying.length === 0) return provenIn(searched);
  return undecided(
    searched,
    clauses.length > clausesMax
      ? `more than ${clausesMax} unlike debts`
      : "something is owed for ever, though not always the same: the property does not say whether it is paid",
  );
};

const provenIn = (searched: LivenessSearch): LivenessFinding => {
  const { parts, search, property } = searched;
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
