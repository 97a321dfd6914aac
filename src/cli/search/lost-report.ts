import type { Verdict } from "../../check/index.ts";
import { replayString } from "../../simulate/index.ts";
import { phaseShrinking, type ReplayTask, type RunReport, type RunTask, type SearchNote } from "./search-task.ts";

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
