import type { Verdict } from "../../check/index.ts";
import { countEvents, type Prepared, prepare, type RunResult, runOnce, sliceOf } from "../../simulate/index.ts";
import { writeTrace } from "../../trace/index.ts";
import { SearchClock } from "./clock.ts";
import { drawViolation, rowsShownOfOne } from "./draw-violation.ts";
import { drawnOptions } from "./drawn-options.ts";
import { asReplayable, type Loaded } from "./load-scenario.ts";
import { mutantOf } from "./mutants.ts";
import { hashText, noteOf } from "./run-search.ts";
import type { DrawnViolation, ReplayTask, RunReport, SearchNote } from "./search-task.ts";

const prepareReplay = (loaded: Loaded, { replay }: ReplayTask): Prepared => {
  const { mutant } = replay;
  if (mutant === undefined) return prepare(asReplayable(loaded), replay.parameters, replay.model);
  const known = mutantOf(mutant);
  return prepare(asReplayable(loaded), replay.parameters, replay.model, { rules: known.rules, mutant });
};

const kindOf = ({ setup }: Prepared, property: string): "safety" | "liveness" =>
  setup.properties.find(({ id }) => id === property)?.kind ?? "safety";

/** The verdicts that one run allows. */
const verdictsOf = (prepared: Prepared, result: RunResult, text: string): Verdict[] => {
  const broken = new Map(result.violations.map((violation) => [violation.property, violation]));
  const stated = prepared.setup.properties.map(({ id, kind, text: words }) => ({ id, kind, words }));
  const unstated = [...broken.keys()].filter((id) => stated.every((property) => property.id !== id));
  const all = [...stated, ...unstated.map((id) => ({ id, kind: "safety" as const, words: "No handler throws." }))];
  return all.map(({ id, kind, words }): Verdict => {
    const violation = broken.get(id);
    const exercised = result.exercised.get(id) ?? 0;
    const common = { property: id, kind, text: words, exercised };
    if (violation !== undefined && result.trace !== null) {
      const events = countEvents(result.trace, sliceOf(result.trace, violation.events, kind));
      const { clause } = violation;
      return { ...common, verdict: "violated", strength: { by: "counterexample", events }, clause, replay: text };
    }
    // A run that ended at a violation, or at its budget, says nothing about the rest.
    const overdue = result.overdue.find(({ property }) => property === id);
    const whole = (result.ended === "quiet" || result.ended === "patience") && overdue === undefined;
    const verdict = whole && exercised > 0 ? "holds" : "unknown";
    const clause =
      exercised === 0
        ? { clause: "never exercised: its premise did not occur" }
        : overdue === undefined
          ? {}
          : { clause: `patience too short, what is owed may only need longer: ${overdue.clause}` };
    return { ...common, verdict, strength: { by: whole ? "seeds" : "budget", runs: 1 }, ...clause };
  });
};

const drawn = (prepared: Prepared, result: RunResult, task: ReplayTask, text: string): DrawnViolation[] =>
  result.violations.map(({ property, clause, events }) => {
    const trace = result.trace!;
    const slice = sliceOf(trace, events, kindOf(prepared, property));
    return {
      property,
      clause,
      diagram: drawViolation(trace, slice, events, task.drawing, rowsShownOfOne),
      replay: text,
      drawn: drawnOptions(prepared, task.replay.source),
    };
  });

/** Makes the run of a replay string again. */
export const searchReplay = (
  loaded: Loaded,
  task: ReplayTask,
  pulse: Int32Array,
  note: (note: SearchNote) => void,
): RunReport => {
  const prepared = prepareReplay(loaded, task);
  note(noteOf(loaded, prepared));
  const clock = new SearchClock(pulse, undefined);
  const { replay, text } = task;
  const { source } = replay;
  const result = runOnce(prepared, source, { trace: true, code: task.code });
  const trace = result.trace!;
  return {
    scenario: loaded.scenario.id,
    title: loaded.scenario.title,
    model: prepared.model,
    parameters: prepared.parameters,
    seed: source.kind === "seed" ? source.seed : 0,
    runs: 1,
    exhaustive: source.kind === "path",
    hash: hashText(result.hash),
    verdicts: verdictsOf(prepared, result, text),
    violations:
      result.violations.length > 0
        ? drawn(prepared, result, task, text)
        : [
            {
              property: "",
              clause: "",
              diagram: drawViolation(
                trace,
                new Set(trace.events.map(({ id }) => id)),
                [],
                task.drawing,
                rowsShownOfOne,
              ),
            },
          ],
    struck: [...result.struck],
    seconds: clock.seconds,
    trace: task.trace ? writeTrace(trace) : undefined,
  };
};
