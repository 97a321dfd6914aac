import type { AnyProperty, Verdict } from "../check/index.ts";
import { assert } from "../model/index.ts";
import type { Prepared } from "../simulate/index.ts";
import { counterexampleOf, type ExploredRun } from "./counterexample.ts";
import { type Exploration, partsOf } from "./exploration.ts";
import type { ExploreOptions } from "./explore-options.ts";
import { type FairComponent, type FairGraph, fairComponents } from "./fair-cycles.ts";
import { fairTour, type Tour } from "./fair-tour.ts";
import { initialStates, type Origin } from "./initial-states.ts";
import { LassoGraph } from "./lasso-graph.ts";
import { Search } from "./search.ts";
import { beginAll, inputOf } from "./search-setup.ts";
import { waysOfTaking } from "./ways-of-taking.ts";

/** What a search for a run that stays owing found. */
export interface LivenessFinding {
  readonly verdict: Verdict;
  /** The run that owes for ever, where there is one. */
  readonly run?: ExploredRun;
}

/** What is taken for fair, in words: a liveness verdict holds under this and no less. */
export const fairnessText: string =
  "liveness: a process that is up and has a timer, a call, a sync or a notice due all the time takes it in the end, and a " +
  "message that stays on its way arrives in the end; on a network that loses and repeats one that is sent for ever arrives " +
  "for ever, and one that is not sent any more does not; nobody has to recover";

/** The components whose cycles are compared, and the clauses that are looked at one by one, at most. */
const componentsMax = 20;
const clausesMax = 500;

/** The whole graph of a search, and what is owed at each of its states. */
interface Surroundings {
  readonly parts: Exploration;
  readonly search: Search;
  readonly origins: readonly Origin[];
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

/** What keeps a search from deciding liveness at all, in words; null where nothing does. */
const hindranceOf = (
  { watch, settled, world, workloads, prepared }: Exploration,
  { pending, inspect }: AnyProperty,
): string | null => {
  if (pending === undefined) return "the property does not say what is owed";
  if (inspect !== undefined || watch.inspects) return "it looks into the processes";
  const { limits = [], dormant = [] } = prepared.setup.bounds ?? {};
  if (limits.length + dormant.length > 0)
    return "steps beyond the scenario's limits are not taken here, and a fair run has no such limits";
  if (settled.timeoutsMax !== null) return "timers may fire only so often here, and a fair run has no bound on that";
  if (world !== null) return "where links are cut or liars speak no fairness is stated";
  return workloads.leftOut === undefined ? null : `not every workload was tried: ${workloads.leftOut}`;
};

/** How many processes a run that is fair may leave down for ever. */
const downMaxOf = ({ settled, prepared }: Exploration): number =>
  settled.recovers ? (prepared.setup.f ?? 0) : Number.POSITIVE_INFINITY;

const surroundingsOf = (
  parts: Exploration,
  search: Search,
  origins: readonly Origin[],
  lasso: LassoGraph,
): Surroundings => {
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
  return { parts, search, origins, lasso, graph, owing, clauses };
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
 * Decides a liveness property on the whole graph of a search: is there a run, fair as `fairnessText` has it, that owes for
 * ever? It would stay in a strongly connected component of the states that owe, or in one state where nothing is due. What
 * it finds is a lasso: the shortest way to the component, and a cycle in it that is fair by itself.
 *
 * Without symmetry and without reduction: neither keeps what a single process owes. Where not every state was seen, or the
 * model bounds what the search has no bound for, it says that it does not know.
 *
 * Source: Lichtenstein, Pnueli 1985, Checking that finite state concurrent programs satisfy their linear specification.
 */
export const decideLiveness = (prepared: Prepared, options: ExploreOptions, property: AnyProperty): LivenessFinding => {
  const { symmetry: _none, ...rest } = options;
  const parts = partsOf(prepared, { ...rest, order: "breadth-first", prunesNoOps: false }, [property]);
  const hindrance = hindranceOf(parts, property);
  if (hindrance !== null) return { verdict: unknownOf(property, hindrance, 0, 0) };
  const { local, settled, watch } = parts;
  const lasso = new LassoGraph(local, prepared.setup.processes.length, settled.network, waysOfTaking);
  let throws = false;
  const expired = (): boolean => options.expired?.() === true || lasso.bytes > settled.bytesMax;
  const search = new Search({
    ...inputOf(parts, { ...rest, expired }),
    edges: lasso,
    broke: () => {
      throws = true;
      return true;
    },
  });
  const origins = initialStates(parts);
  beginAll(search, parts, origins, null);
  search.run();
  const unknown = (clause: string): LivenessFinding => ({
    verdict: unknownOf(property, clause, search.distinct, watch.exercised(0)),
  });
  if (throws) return unknown("a process throws: what comes after it is not known");
  if (local.refusal !== null) return unknown(local.refusal);
  if (search.cut !== null) return unknown(`not every state was seen, and liveness is about all of them: ${search.cut}`);
  if (watch.readsTime(0)) return unknown("it asks for the time, of which exhaustive search has none");
  return judge(surroundingsOf(parts, search, origins, lasso), property, options.code ?? "unknown");
};

const judge = (surroundings: Surroundings, property: AnyProperty, code: string): LivenessFinding => {
  const { parts, search, graph, owing, clauses } = surroundings;
  const exercised = parts.watch.exercised(0);
  const unknown = (clause: string): LivenessFinding => ({
    verdict: unknownOf(property, clause, search.distinct, exercised),
  });
  const found = lassoIn(surroundings, property.lasting === true);
  if (found !== null) return tell(surroundings, property, found, code);
  if (clauses.length > clausesMax) return unknown(`more than ${clausesMax} unlike debts`);
  if (
    property.lasting !== true &&
    fairComponents(
      graph,
      keeping(owing, (owed) => owed !== 0),
    ).length > 0
  )
    return unknown(
      "something is owed for ever, though not always the same: the property does not say whether it is paid",
    );
  if (exercised === 0) return unknown("never exercised: its premise did not occur");
  const { id, kind, text } = property;
  const strength = { by: "exhaustive", states: search.distinct } as const;
  return { verdict: { property: id, kind, text, verdict: "holds", strength, exercised } };
};

const tell = (
  { parts, search, origins, lasso, owing, clauses }: Surroundings,
  property: AnyProperty,
  { entry, tour }: Lasso,
  code: string,
): LivenessFinding => {
  const { id, kind, text } = property;
  const { timing } = parts.prepared.model;
  const exercised = parts.watch.exercised(0);
  const stays = tour.length === 0 && parts.settled.network !== "set";
  // A run without end that no bound forbids may be forbidden by a bound on delays; one that has come to its end is not.
  if (timing !== "asynchronous" && !stays) {
    const clause = `${clauses[owing[entry]! - 1]} in a run that is fair, but may break the bounds of time`;
    return { verdict: unknownOf(property, clause, search.distinct, exercised) };
  }
  const { start, steps } = search.paths.to(entry);
  const schedule = [...steps, ...lasso.stepsOf(tour)];
  const telling = { property: id, kind, code, loopFrom: steps.length };
  const run = counterexampleOf(parts, origins[start]!, schedule, telling);
  assert(run.loop !== undefined, "a run that owes for ever repeats itself");
  const strength = { by: "counterexample", events: run.events } as const;
  return { verdict: { property: id, kind, text, verdict: "violated", strength, exercised, clause: run.clause }, run };
};

const unknownOf = ({ id, kind, text }: AnyProperty, clause: string, states: number, exercised: number): Verdict => ({
  property: id,
  kind,
  text,
  verdict: "unknown",
  strength: { by: "budget", states },
  exercised,
  clause,
});
