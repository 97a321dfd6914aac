import { type Outcome, type Strength, type Verdict, worst } from "../../check/index.ts";
import { type CampaignOptions, prepare, runCampaign } from "../../simulate/index.ts";
import { SearchClock } from "./clock.ts";
import { neverStruck, withFaultsExercised } from "./declared-faults.ts";
import { asReplayable, type Loaded } from "./load-scenario.ts";
import type { CellReport, CellTask } from "./search-task.ts";

/** Seeds for one cell, as many as the suite asks of a claim. */
const runsMax = 1_000;
/** Runs after the first violation, for a better start of the shrinking. */
const runsAfterFirst = 50;
const shrinkRunsMax = 600;
const shrinkSecondsMin = 0.5;

/** The name under which a protocol itself is at fault: a handler throws. */
const thrown = "protocol";

/**
 * A campaign's options that end it soon after a stated property broke: one counterexample decides a cell. A handler
 * that throws ends nothing: it says less than a property that breaks in a later run.
 */
const untilBroken = (clock: SearchClock): Partial<CampaignOptions> => {
  const { expired, progress } = clock.options();
  let brokenAt = 0;
  let runs = 0;
  return {
    expired: () => (expired?.() ?? false) || (brokenAt > 0 && runs >= brokenAt + runsAfterFirst),
    shrinkExpired: () => clock.shrinkExpired(),
    progress: (count, violated, broken) => {
      runs = count;
      if (brokenAt === 0 && violated > (broken.has(thrown) ? 1 : 0)) brokenAt = count;
      progress?.(count, violated, broken);
    },
  };
};

/** Of several violations the shortest of a stated property decides, else the handler that throws; else the weakest verdict. */
export const deciding = (verdicts: readonly Verdict[], outcome: Outcome): Verdict | undefined => {
  const rank = ({ property, strength }: Verdict): number =>
    property === thrown ? Number.POSITIVE_INFINITY : (strength.events ?? 0);
  return verdicts.filter(({ verdict }) => verdict === outcome).sort((a, b) => rank(a) - rank(b))[0];
};

/** Searches one cell of the table protocol × model. */
export const searchCell = (loaded: Loaded, task: CellTask, pulse: Int32Array): CellReport => {
  const clock = new SearchClock(pulse, task.seconds, Math.max(shrinkSecondsMin, task.seconds / 2));
  const prepared = prepare(asReplayable(loaded), task.set, task.model);
  const result = runCampaign(prepared, { ...untilBroken(clock), runs: runsMax, shrinkRunsMax, code: task.code });
  const verdicts = withFaultsExercised(result.verdicts, neverStruck(prepared.setup, prepared.model, result.struck));
  const verdict = worst(verdicts.map(({ verdict: outcome }) => outcome));
  const decides = deciding(verdicts, verdict);
  const strength: Strength = decides?.strength ?? { by: "budget", runs: result.runs };
  return {
    scenario: loaded.scenario.id,
    model: result.model,
    verdict,
    strength,
    property: verdict === "holds" ? undefined : decides?.property,
    clause: decides?.clause,
    replay: decides?.replay,
  };
};
