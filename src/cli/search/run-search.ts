import {
  type AnyScenario,
  type CampaignResult,
  type Counterexample,
  type Prepared,
  prepare,
  runCampaign,
  runOnce,
} from "../../simulate/index.ts";
import { writeTrace } from "../../trace/index.ts";
import { SearchClock } from "./clock.ts";
import { neverStruck, withFaultsExercised } from "./declared-faults.ts";
import { drawViolation, rowsShownOfMany } from "./draw-violation.ts";
import { drawnOptions } from "./drawn-options.ts";
import { asReplayable, type Loaded, statedProperties } from "./load-scenario.ts";
import { mutantOf } from "./mutants.ts";
import type { DrawnViolation, RunReport, RunTask, SearchNote } from "./search-task.ts";

/** What is known of a prepared scenario before it runs. */
export const noteOf = ({ scenario, replayId }: Loaded, { model, parameters, setup }: Prepared): SearchNote => ({
  replayId,
  scenario: scenario.id,
  title: scenario.title,
  model,
  parameters,
  properties: statedProperties(scenario, setup).map(({ id, kind, text }) => ({ property: id, kind, text })),
});

/** The eight hexadecimal digits of a hash. */
export const hashText = (hash: number): string => (hash >>> 0).toString(16).padStart(8, "0");

const prepareTask = (loaded: Loaded, task: RunTask): Prepared => {
  const scenario: AnyScenario = asReplayable(loaded);
  if (task.mutant === undefined) return prepare(scenario, task.set, task.change);
  const { parameters = {}, model = {}, rules, id } = mutantOf(task.mutant);
  return prepare(scenario, parameters, model, { rules, mutant: id });
};

const drawn = (prepared: Prepared, result: CampaignResult, task: RunTask): DrawnViolation[] =>
  result.verdicts.flatMap(({ property, replay }) => {
    const counterexample = result.counterexamples.get(property);
    if (counterexample?.result.trace == null) return [];
    const { violation, slice, result: run } = counterexample;
    return [
      {
        property,
        clause: violation.clause,
        diagram: drawViolation(run.trace!, slice, violation.events, task.drawing, rowsShownOfMany),
        replay,
        drawn: drawnOptions(prepared, counterexample.source),
      },
    ];
  });

/** The shrunk violation that comes first, else the first run. */
const traceText = (prepared: Prepared, result: CampaignResult, task: RunTask): string | undefined => {
  if (!task.trace) return undefined;
  const [first]: readonly Counterexample[] = result.verdicts.flatMap(
    ({ property }) => result.counterexamples.get(property) ?? [],
  );
  const trace = first?.result.trace ?? runOnce(prepared, result.firstSource, { trace: true, code: task.code }).trace;
  return trace === null || trace === undefined ? undefined : writeTrace(trace);
};

/** Runs a scenario as often as asked for, and says what came of it. */
export const searchRuns = (
  loaded: Loaded,
  task: RunTask,
  pulse: Int32Array,
  note: (note: SearchNote) => void,
): RunReport => {
  const prepared = prepareTask(loaded, task);
  note(noteOf(loaded, prepared));
  const clock = new SearchClock(pulse, task.seconds);
  const first = task.mutant === undefined ? undefined : mutantOf(task.mutant).violates[0];
  const result = runCampaign(prepared, {
    ...clock.options(),
    seed: task.seed,
    runs: task.runs ?? Number.MAX_SAFE_INTEGER,
    exhaustive: task.exhaustive,
    code: task.code,
    ...(first === undefined ? {} : { first }),
  });
  const absent = task.exhaustive ? [] : neverStruck(prepared.setup, prepared.model, result.struck);
  return {
    scenario: loaded.scenario.id,
    title: loaded.scenario.title,
    model: result.model,
    parameters: result.parameters,
    seed: result.seed,
    runs: result.runs,
    exhaustive: task.exhaustive,
    hash: hashText(result.hash),
    verdicts: withFaultsExercised(result.verdicts, absent),
    violations: drawn(prepared, result, task),
    struck: [...result.struck],
    seconds: clock.seconds,
    trace: traceText(prepared, result, task),
  };
};
