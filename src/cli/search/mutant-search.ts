import { type Mutant, type Prepared, prepare, type RunSource, runOnce, shrink } from "../../simulate/index.ts";
import { SearchClock } from "./clock.ts";
import { asReplayable, loadScenario } from "./load-scenario.ts";
import { searchMutantStates } from "./mutant-states.ts";
import { mutantOf } from "./mutants.ts";
import type { MutantReport, MutantTask } from "./search-task.ts";

const seedsMaxDefault = 2_000;
const shrinkRunsMax = 600;
/** Where the time was used up by the search: the mutants after it wait for theirs. */
const shrinkSecondsMin = 1;

interface Found {
  readonly property: string | null;
  readonly runs: number;
  readonly source: RunSource | null;
  readonly complete: boolean;
}

/** Tries seed after seed until a property breaks: one that the mutant names, any at all for an equivalent one. */
const trySeeds = (prepared: Prepared, mutant: Mutant, clock: SearchClock): Found => {
  const seeds = mutant.seedsMax ?? seedsMaxDefault;
  const { expired } = clock.options();
  for (let seed = 1; seed <= seeds; seed++) {
    if (expired?.() === true) return { property: null, runs: seed - 1, source: null, complete: false };
    const source: RunSource = { kind: "seed", seed, edits: [] };
    const { violations } = runOnce(prepared, source);
    const broken = violations.find(
      ({ property }) => mutant.equivalent !== undefined || mutant.violates.includes(property),
    );
    clock.progress(seed, broken === undefined ? 0 : 1);
    if (broken !== undefined) return { property: broken.property, runs: seed, source, complete: true };
  }
  return { property: null, runs: seeds, source: null, complete: true };
};

/** Looks for one known bug with the seeds of its scenario. */
export const searchMutant = async (task: MutantTask, pulse: Int32Array): Promise<MutantReport> => {
  const mutant = mutantOf(task.mutant);
  const loaded = await loadScenario({ kind: "id", id: mutant.scenario });
  const { rules, parameters = {}, model = {} } = mutant;
  const prepared = prepare(asReplayable(loaded), parameters, model, { rules, mutant: mutant.id });
  const clock = new SearchClock(pulse, task.seconds, shrinkSecondsMin);
  const found: Found =
    task.search === "states"
      ? { property: null, runs: 0, source: null, complete: true }
      : trySeeds(prepared, mutant, clock);
  const { property, source } = found;
  const shrunk =
    source === null || property === null
      ? undefined
      : shrink(prepared, source, property, { runsMax: shrinkRunsMax, expired: () => clock.shrinkExpired() });
  const byStates = task.search === "seeds" ? null : searchMutantStates(loaded, mutant, clock);
  const onlyByStates = property === null && byStates !== null && (byStates.found || task.search === "states");
  return {
    id: mutant.id,
    found: property !== null || byStates?.found === true,
    property: property ?? byStates?.property ?? null,
    search: onlyByStates ? "states" : "seeds",
    cost: onlyByStates ? byStates.states : found.runs,
    length: onlyByStates ? byStates.length : (shrunk?.events ?? null),
    equivalent: mutant.equivalent !== undefined,
    complete: onlyByStates ? byStates.complete : found.complete,
    byStates,
  };
};
