import { type ExploredRun, type ExploreOptions, explore, reach } from "../../explore/index.ts";
import { type Mutant, type Prepared, prepare, type StateSearch } from "../../simulate/index.ts";
import type { SearchClock } from "./clock.ts";
import { asReplayable, type Loaded } from "./load-scenario.ts";
import type { StatesReport } from "./search-task.ts";

/** States of one search, at most: as many as a mutant of ABD takes, and some. */
const statesMax = 3_500_000;

/** What one search came to. */
interface Came {
  readonly run: ExploredRun | null;
  readonly states: number;
  readonly expired: boolean;
}

const optionsOf = (search: StateSearch, expired: () => boolean): ExploreOptions => ({
  statesMax: Math.min(search.statesMax ?? statesMax, statesMax),
  expired,
  ...optionsIn(search),
});

const optionsIn = ({ crashes, timeouts, sync, carries, symmetry = false }: StateSearch): ExploreOptions => ({
  symmetry: symmetry ? "where possible" : false,
  ...(crashes === undefined ? {} : { crashesMax: crashes }),
  ...(timeouts === undefined ? {} : { timeoutsMax: timeouts }),
  ...(sync === undefined ? {} : { sync }),
  ...(carries === undefined ? {} : { network: carries }),
});

/** Looks for a violation of one of some properties, in stages where the search names them. */
const searchOnce = (
  prepared: Prepared,
  search: StateSearch,
  violates: (property: string) => boolean,
  expired: () => boolean,
): Came => {
  const options = optionsOf(search, expired);
  const { stages, arrivals } = search;
  if (stages !== undefined) {
    const staged = {
      ...options,
      stages,
      beyond: "violation",
      ...(arrivals === undefined ? {} : { arrivalsMax: arrivals }),
    } as const;
    const { run, distinct } = reach(prepared, staged);
    return { run: run !== null && violates(run.property) ? run : null, states: distinct, expired: expired() };
  }
  // One property that breaks is enough, and the others would only tell more states apart.
  const properties = prepared.setup.properties.filter(({ id }) => violates(id));
  const narrowed: Prepared = { ...prepared, setup: { ...prepared.setup, properties } };
  const { counterexamples, distinct } = explore(narrowed, options);
  const run = [...counterexamples.values()].find(({ property }) => violates(property)) ?? null;
  return { run, states: distinct, expired: expired() };
};

/** Looks for one known bug state by state, in each of the ways that its scenario has; null where it has none. */
export const searchMutantStates = (loaded: Loaded, mutant: Mutant, clock: SearchClock): StatesReport | null => {
  const { stateSearches = [] } = loaded.scenario;
  const { rules, parameters = {}, model = {}, equivalent } = mutant;
  if (stateSearches.length === 0) return null;
  const expired = clock.options().expired!;
  const violates = (property: string): boolean => equivalent !== undefined || mutant.violates.includes(property);
  let states = 0;
  for (const search of stateSearches) {
    const { within = asReplayable(loaded) } = search;
    const settings = search.within === undefined ? { ...search.parameters, ...parameters } : search.parameters;
    const prepared = prepare(within, settings, model, { rules, mutant: mutant.id });
    // A bug that shows in the long run alone no such search can show.
    const kinds = prepared.setup.properties.filter(({ id }) => violates(id)).map(({ kind }) => kind);
    if (!(kinds.includes("safety") || violates("protocol"))) return null;
    const came = searchOnce(prepared, search, violates, expired);
    states += came.states;
    if (came.run !== null)
      return { found: true, property: came.run.property, states, length: came.run.events, complete: true };
    if (came.expired) return { found: false, property: null, states, length: null, complete: false };
  }
  return { found: false, property: null, states, length: null, complete: true };
};
