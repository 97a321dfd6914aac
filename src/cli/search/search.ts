import { makePulse, pulseStop, WorkerLostError, WorkerPool } from "../../node/worker-pool.ts";
import { CliError } from "../cli-error.ts";
import { exitFault, exitInterrupted, exitUsage } from "../exit-code.ts";
import { Interrupt } from "../interrupt.ts";
import { campaignProgress, ProgressLine } from "../progress.ts";
import { lostReport } from "./lost-report.ts";
import {
  phaseLoading,
  phaseRunning,
  pulsePhase,
  pulseRuns,
  type ReplayTask,
  type RunReport,
  type RunTask,
  type SearchAnswer,
  type SearchNote,
} from "./search-task.ts";

/** Megabytes of heap that a search may take. */
const heapMegabytesMax = 4_096;

/** A pool of search workers. */
export const searchPool = (size: number): WorkerPool => {
  const script = new URL("./search-worker.js", import.meta.url);
  return new WorkerPool(script, size, {
    execArgv: ["--no-warnings"],
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
  });
};

/** The report of an answer; a failure is thrown. */
export const reportOf = <Report>(answer: unknown): Report => {
  const known = answer as SearchAnswer<Report>;
  if (known.kind === "report") return known.report;
  const { exitCode, message, at } = known.failure;
  throw new CliError(exitCode, at === undefined ? message : `${message} (at ${at})`);
};

/** A report, and whether Ctrl-C cut the search short. */
export interface Searched {
  readonly report: RunReport;
  readonly interrupted: boolean;
}

const progressText = (task: RunTask | ReplayTask, pulse: Int32Array, startedAt: number): string => {
  const phase = Atomics.load(pulse, pulsePhase);
  const id = task.scenario.kind === "id" ? task.scenario.id : task.scenario.path;
  if (phase === phaseLoading) return `${id}: loading`;
  const runs = Atomics.load(pulse, pulseRuns);
  const seconds = (performance.now() - startedAt) / 1_000;
  if (phase !== phaseRunning) return `${id}: shrinking what was found in ${runs} runs · ${Math.round(seconds)} s`;
  const [runsMax, secondsMax] = task.kind === "run" ? [task.runs, task.seconds] : [1, undefined];
  return `${id}: ${campaignProgress(runs, seconds, runsMax, secondsMax)}`;
};

/** What a lost worker means: a verdict where the protocol never stops, else a sentence. */
const afterLoss = (
  lost: WorkerLostError,
  task: RunTask | ReplayTask,
  pulse: Int32Array,
  note: SearchNote | undefined,
  stepSeconds: number,
): RunReport => {
  const foreign = task.scenario.kind === "file";
  const name = task.scenario.kind === "file" ? task.scenario.path : task.scenario.id;
  if (lost.reason === "silent" && note !== undefined)
    return lostReport(task, note, Atomics.load(pulse, pulseRuns), Atomics.load(pulse, pulsePhase), stepSeconds);
  const code = foreign ? exitUsage : exitFault;
  if (lost.reason === "silent")
    throw new CliError(
      code,
      `${name} was not loaded within ${stepSeconds} s: does it wait or loop while it is imported?`,
    );
  if (lost.reason === "memory")
    throw new CliError(code, `${name} needs more than ${heapMegabytesMax} MB: use fewer processes, calls or runs.`);
  const remedy = lost.reason === "exited" ? ": nothing in a scenario may end the process" : "";
  throw new CliError(code, `${name} ended its worker, ${lost.message}${remedy}.`);
};

/** Runs one task in a worker of its own, with progress on a terminal, and hands over what it has on Ctrl-C. */
export const search = async (task: RunTask | ReplayTask, stepSeconds: number): Promise<Searched> => {
  const pulse = makePulse();
  const pool = searchPool(1);
  const startedAt = performance.now();
  let note: SearchNote | undefined;
  const interrupt = new Interrupt(
    () => Atomics.store(pulse, pulseStop, 1),
    () => void pool.close().catch(() => {}),
  );
  const line = new ProgressLine(() => progressText(task, pulse, startedAt));
  try {
    const answer = await pool.run(task, {
      pulse,
      silenceMsMax: stepSeconds * 1_000,
      onNote: (said) => {
        note = said as SearchNote;
      },
    });
    return { report: reportOf<RunReport>(answer), interrupted: interrupt.happened };
  } catch (thrown) {
    if (!(thrown instanceof WorkerLostError)) throw thrown;
    if (interrupt.happened)
      throw new CliError(
        exitInterrupted,
        `interrupted after ${Atomics.load(pulse, pulseRuns)} runs, in a step that does not end.`,
      );
    return { report: afterLoss(thrown, task, pulse, note, stepSeconds), interrupted: false };
  } finally {
    line.end();
    interrupt.dispose();
    await pool.close();
  }
};
