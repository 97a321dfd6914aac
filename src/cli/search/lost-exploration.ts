import type { Verdict } from "../../check/index.ts";
import type { WorkerLostError } from "../../node/worker-pool.ts";
import { heapMegabytesMax, lossError } from "./lost-report.ts";
import { type ExploreReport, type ExploreTask, pulseGenerated, pulseRuns, type SearchNote } from "./search-task.ts";

/**
 * The report on an exhaustive search that lost its worker: where a step does not end the protocol is at fault itself,
 * where memory ended nothing is known but how far it came. Throws where nothing was searched yet.
 */
export const lostExploration = (
  task: ExploreTask,
  lost: WorkerLostError,
  pulse: Int32Array,
  note: SearchNote | undefined,
  stepSeconds: number,
): ExploreReport => {
  const endless = lost.reason === "silent";
  if (note === undefined || !(endless || lost.reason === "memory")) throw lossError(lost, task.scenario, stepSeconds);
  const distinct = Atomics.load(pulse, pulseRuns);
  const verdicts: Verdict[] = note.properties.map((property) => ({
    ...property,
    verdict: "unknown",
    strength: { by: "budget", states: distinct },
    exercised: 0,
    clause: endless
      ? "not decided: the search could not go on"
      : `not everything was seen: the heap ended at ${heapMegabytesMax} MB`,
  }));
  const clause = `a step does not end: a handler loops for ever (it was stopped after ${stepSeconds} s)`;
  const thrown: Verdict = {
    property: "protocol",
    kind: "safety",
    text: "Every step ends.",
    verdict: "violated",
    strength: { by: "counterexample" },
    exercised: 1,
    clause,
  };
  return {
    scenario: note.scenario,
    title: note.title,
    model: note.model,
    parameters: note.parameters,
    distinct,
    generated: Atomics.load(pulse, pulseGenerated) * 1_000,
    depth: 0,
    complete: false,
    cut: endless ? "violation" : "memory",
    open: 0,
    growing: [],
    bounds: [],
    verdicts: endless ? [...verdicts, thrown] : verdicts,
    violations: endless ? [{ property: "protocol", clause, diagram: "" }] : [],
    bytes: 0,
    seconds: endless ? stepSeconds : task.seconds,
  };
};
