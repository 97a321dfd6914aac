import { makePulse, pulseStop, WorkerLostError, WorkerPool } from "../../node/worker-pool.ts";
import { CliError } from "../cli-error.ts";
import { exitInterrupted } from "../exit-code.ts";
import { Interrupt } from "../interrupt.ts";
import { campaignProgress, ProgressLine } from "../progress.ts";
import { heapMegabytesMax, lossError, lostReport } from "./lost-report.ts";
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
  if (lost.reason === "silent" && note !== undefined)
    return lostReport(task, note, Atomics.load(pulse, pulseRuns), Atomics.load(pulse, pulsePhase), stepSeconds);
  throw lossError(lost, task.scenario, stepSeconds);
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
