import type { Verdict } from "../../check/index.ts";
import type { WorkerLostError } from "../../node/worker-pool.ts";
import { replayString } from "../../simulate/index.ts";
import { CliError } from "../cli-error.ts";
import { exitFault, exitUsage } from "../exit-code.ts";
import {
  type CellReport,
  type CellTask,
  phaseLoading,
  phaseShrinking,
  pulsePhase,
  pulseRuns,
  type ReplayTask,
  type RunReport,
  type RunTask,
  type ScenarioReference,
  type SearchNote,
} from "./search-task.ts";

/** Megabytes of heap that a search may take. */
export const heapMegabytesMax = 4_096;

/** What the loss of a worker says of the scenario that it had: a fault of its author, or of ours where it is of the lab. */
export const lossError = (lost: WorkerLostError, scenario: ScenarioReference, stepSeconds: number): CliError => {
  const [code, name] = scenario.kind === "file" ? [exitUsage, scenario.path] : [exitFault, scenario.id];
  if (lost.reason === "silent")
    return new CliError(
      code,
      `${name} was not loaded within ${stepSeconds} s: does it wait or loop while it is imported?`,
    );
  if (lost.reason === "memory")
    return new CliError(code, `${name} needs more than ${heapMegabytesMax} MB: use fewer processes, calls or runs.`);
  const remedy = lost.reason === "exited" ? ": nothing in a scenario may end the process" : "";
  return new CliError(code, `${name} ended its worker, ${lost.message}${remedy}.`);
};

/** The replay string of the run in which a step does not end, where it is known which run that is. */
const replayOf = (task: RunTask | ReplayTask, note: SearchNote, runs: number, phase: number): string | undefined => {
  if (task.kind === "replay") return task.text;
  if (task.exhaustive || phase === phaseShrinking) return undefined;
  return replayString({
    scenario: note.replayId,
    code: task.code,
    model: note.model,
    parameters: note.parameters,
    source: { kind: "seed", seed: task.seed + runs, edits: [] },
    property: "protocol",
  });
};

/** The report on a protocol of which a step does not end: it is at fault itself, and of the rest nothing is known. */
export const lostReport = (
  task: RunTask | ReplayTask,
  note: SearchNote,
  runs: number,
  phase: number,
  stepSeconds: number,
): RunReport => {
  const replay = replayOf(task, note, runs, phase);
  const which = task.kind === "run" && replay !== undefined ? ` in the run of seed ${task.seed + runs}` : "";
  const clause = `a step does not end${which}: a handler loops for ever (it was stopped after ${stepSeconds} s)`;
  const verdicts: Verdict[] = note.properties.map((property) => ({
    ...property,
    verdict: "unknown",
    strength: { by: "budget", runs },
    exercised: 0,
    clause: "not decided: the search could not go on",
  }));
  return {
    scenario: note.scenario,
    title: note.title,
    model: note.model,
    parameters: note.parameters,
    seed: task.kind === "run" ? task.seed : 0,
    runs,
    exhaustive: task.kind === "run" && task.exhaustive,
    hash: "00000000",
    verdicts: [
      ...verdicts,
      {
        property: "protocol",
        kind: "safety",
        text: "Every step ends.",
        verdict: "violated",
        strength: { by: "counterexample" },
        exercised: runs + 1,
        clause,
        ...(replay === undefined ? {} : { replay }),
      },
    ],
    violations: [{ property: "protocol", clause, diagram: "", replay }],
    struck: [],
    seconds: stepSeconds,
  };
};

/** The cell of a protocol of which a step does not end; undefined where its worker was lost in another way. */
export const lostCell = (
  task: CellTask,
  { id, replayId }: { readonly id: string; readonly replayId: string },
  lost: WorkerLostError,
  pulse: Int32Array,
  stepSeconds: number,
): CellReport | undefined => {
  if (lost.reason !== "silent" || Atomics.load(pulse, pulsePhase) === phaseLoading) return undefined;
  const seed = 1 + Atomics.load(pulse, pulseRuns);
  const known = Atomics.load(pulse, pulsePhase) !== phaseShrinking;
  return {
    scenario: id,
    model: task.model,
    verdict: "violated",
    strength: { by: "counterexample" },
    property: "protocol",
    clause: `a step does not end: a handler loops for ever (it was stopped after ${stepSeconds} s)`,
    replay: known
      ? replayString({
          scenario: replayId,
          code: task.code,
          model: task.model,
          parameters: task.set,
          source: { kind: "seed", seed, edits: [] },
          property: "protocol",
        })
      : undefined,
  };
};
