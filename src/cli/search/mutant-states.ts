import { decideLiveness, type ExploredRun, type ExploreOptions, explore, reach } from "../../explore/index.ts";
import { type Mutant, type Prepared, prepare, type StateSearch, UsageError } from "../../simulate/index.ts";
import type { SearchClock } from "./clock.ts";
import { asReplayable, type Loaded } from "./load-scenario.ts";
import type { StatesReport } from "./search-task.ts";

/** States of one search, at most: as many as a register whose readers do not write back takes, and some. */
const statesMax = 5_000_000;

/** How a scenario is searched that does not say how: as it stands. */
const searchesDefault: readonly StateSearch[] = [
  { statesMax: 100_000 },
  { statesMax: 100_000, order: "few interruptions first" },
  { statesMax: 100_000, order: "few interruptions first", liveness: true },
];

/** What one search came to. */
interface Came {
  readonly run: ExploredRun | null;
  readonly states: number;
  /** Why it says nothing; null where it does. */
  readonly why: string | null;
}

const optionsOf = (
  { crashes, timeouts, sync, carries, order, lies, liveness, symmetry = false, ...search }: StateSearch,
  expired: () => boolean,
): ExploreOptions => ({
  statesMax: Math.min(search.statesMax ?? statesMax, statesMax),
  symmetry: symmetry ? "where possible" : false,
  expired,
  ...(crashes === undefined ? {} : { crashesMax: crashes }),
  ...(timeouts === undefined ? {} : { timeoutsMax: timeouts }),
  ...(sync === undefined ? {} : { sync }),
  ...(carries === undefined ? {} : { network: carries }),
  ...(order === undefined ? {} : { order }),
  ...(lies === undefined ? {} : { liesMax: lies }),
  ...(liveness === undefined ? {} : { liveness }),
});

const searchStages = (
  prepared: Prepared,
  { stages = [], arrivals }: StateSearch,
  options: ExploreOptions,
  violates: (property: string) => boolean,
): Came => {
  const bound = arrivals === undefined ? {} : { arrivalsMax: arrivals };
  const { run, distinct } = reach(prepared, { ...options, ...bound, stages, beyond: "violation" });
  const found = run !== null && violates(run.property) ? run : null;
  return {
    run: found,
    states: distinct,
    why: found === null ? "its search goes by stages, which prove nothing" : null,
  };
};

/** Looks for a violation of one of some properties, in stages where the search names them. */
const searchOnce = (
  prepared: Prepared,
  search: StateSearch,
  violates: (property: string) => boolean,
  expired: () => boolean,
): Came => {
  const options = optionsOf(search, expired);
  if (search.stages !== undefined) return searchStages(prepared, search, options, violates);
  if (search.liveness === true) return searchLiveness(prepared, options, violates);
  // One property that breaks is enough, and the others would only tell more states apart.
  const properties = prepared.setup.properties.filter(({ kind, id }) => kind === "safety" && violates(id));
  if (properties.length === 0 && !violates("protocol"))
    return { run: null, states: 0, why: "it shows in the long run alone" };
  const { counterexamples, distinct, cut, verdicts } = explore(
    { ...prepared, setup: { ...prepared.setup, properties } },
    { ...options, first: true },
  );
  const run = [...counterexamples.values()].find(({ property }) => violates(property)) ?? null;
  const undecided = verdicts.find(({ verdict, exercised }) => verdict === "unknown" && exercised > 0);
  const clause = (undecided ?? verdicts[0])?.clause ?? "not everything was seen";
  return { run, states: distinct, why: run === null && cut !== null ? clause : null };
};

/** Looks for a run that owes one of some properties for ever, a search for each. */
const searchLiveness = (prepared: Prepared, options: ExploreOptions, violates: (property: string) => boolean): Came => {
  const properties = prepared.setup.properties.filter(({ kind, id }) => kind === "liveness" && violates(id));
  if (properties.length === 0) return { run: null, states: 0, why: "it shows at once or never" };
  let states = 0;
  let why: string | null = null;
  for (const property of properties) {
    const { verdict, run, distinct } = decideLiveness(prepared, options, property);
    states += distinct;
    if (run !== undefined) return { run, states, why: null };
    if (verdict.verdict === "unknown" && (verdict.exercised > 0 || distinct === 0)) why ??= verdict.clause ?? null;
  }
  return { run: null, states, why };
};

/** The same where the search cannot be made at all: says why. */
const tryOnce = (...[prepared, ...rest]: Parameters<typeof searchOnce>): Came => {
  try {
    return searchOnce(prepared, ...rest);
  } catch (thrown) {
    if (thrown instanceof UsageError) return { run: null, states: 0, why: thrown.message };
    throw thrown;
  }
};

/** Looks for one known bug state by state, in each of the ways that its scenario has. */
export const searchMutantStates = (loaded: Loaded, mutant: Mutant, clock: SearchClock): StatesReport => {
  const { stateSearches = searchesDefault } = loaded.scenario;
  const { rules, parameters = {}, model = {}, equivalent } = mutant;
  const expired = clock.options().expired!;
  const violates = (property: string): boolean => equivalent !== undefined || mutant.violates.includes(property);
  const startedAt = clock.seconds;
  const report = (states: number, found: Partial<StatesReport>): StatesReport => ({
    found: false,
    property: null,
    states,
    length: null,
    complete: true,
    why: null,
    seconds: clock.seconds - startedAt,
    ...found,
  });
  let states = 0;
  let why: string | null = null;
  for (const search of stateSearches) {
    const { within = asReplayable(loaded) } = search;
    const settings = search.within === undefined ? { ...search.parameters, ...parameters } : search.parameters;
    const prepared = prepare(within, settings, model, { rules, mutant: mutant.id });
    const came = tryOnce(prepared, search, violates, expired);
    states += came.states;
    if (came.run !== null) return report(states, { found: true, property: came.run.property, length: came.run.events });
    if (expired()) return report(states, { complete: false });
    // What tells most is what a search says that looked at something.
    if (came.why !== null && (why === null || came.states > 0)) why = came.why;
  }
  return report(states, { why });
};
