import { availableParallelism } from "node:os";
import { makePulse, pulseStop, WorkerLostError } from "../../node/worker-pool.ts";
import { CliError } from "../cli-error.ts";
import { exitFault } from "../exit-code.ts";
import { Interrupt } from "../interrupt.ts";
import { duration, ProgressLine } from "../progress.ts";
import { reportOf, searchPool } from "./search.ts";
import type { SearchNote, SearchTask } from "./search-task.ts";

const workersMax = 2;
const silenceMsMaxDefault = 60_000;

/** Searches of one kind that have nothing to do with each other. */
export interface Searches<Job, Report> {
  readonly jobs: readonly Job[];
  /** The task of a job that gets so many seconds; undefined where time is not bounded. */
  readonly taskOf: (job: Job, seconds: number | undefined) => SearchTask;
  /** Seconds for all of them together. */
  readonly seconds?: number | undefined;
  /** What the jobs are, for the progress line. */
  readonly noun: string;
  readonly onReport: (job: Job, report: Report) => void;
  /** Milliseconds that one step of a job may take; a minute when absent. */
  readonly silenceMsMaxOf?: (job: Job) => number;
  /** What the loss of a job's worker means. Absent, or undefined: a fault of ours. Throws what ends the search. */
  readonly onLost?: (
    job: Job,
    task: SearchTask,
    lost: WorkerLostError,
    pulse: Int32Array,
    note: SearchNote | undefined,
  ) => Report | undefined;
  /** The most workers; as many as there are cores, two at most, when absent. */
  readonly workers?: number | undefined;
  /** Where there is one job alone: what there is to say of it on the way. */
  readonly progressOf?: (job: Job, pulse: Int32Array, elapsedSeconds: number) => string;
  /** What is reported of a job that failed, so that the others go on. Absent: the first failure ends them all. */
  readonly onFailure?: (job: Job, failure: CliError) => Report;
}

/** Workers that a number of jobs gets. */
export const workersFor = (jobs: number, most: number = Math.min(workersMax, availableParallelism())): number =>
  Math.max(1, Math.min(most, jobs));

/** One run over all jobs. */
class Crew<Job, Report> {
  readonly #searches: Searches<Job, Report>;
  readonly #pool: ReturnType<typeof searchPool>;
  readonly #waiting: Job[];
  readonly #pulses = new Set<Int32Array>();
  readonly #startedAt = performance.now();
  readonly #workers: number;
  #done = 0;
  stopped = false;

  constructor(searches: Searches<Job, Report>) {
    this.#searches = searches;
    this.#waiting = [...searches.jobs];
    this.#workers = workersFor(searches.jobs.length, searches.workers);
    this.#pool = searchPool(this.#workers);
  }

  get progress(): string {
    const { jobs, seconds, noun, progressOf } = this.#searches;
    const elapsed = this.#elapsed;
    const [pulse] = this.#pulses;
    if (jobs.length === 1 && progressOf !== undefined && pulse !== undefined)
      return progressOf(jobs[0]!, pulse, elapsed);
    const byRate = this.#done === 0 ? Number.POSITIVE_INFINITY : ((jobs.length - this.#done) * elapsed) / this.#done;
    const left = Math.min(byRate, seconds === undefined ? Number.POSITIVE_INFINITY : seconds - elapsed);
    const eta = Number.isFinite(left) ? ` · ${duration(left)} left` : "";
    return `${this.#done} of ${jobs.length} ${noun} · ${duration(elapsed)}${eta}`;
  }

  get #elapsed(): number {
    return (performance.now() - this.#startedAt) / 1_000;
  }

  /** Lets all lanes end with what they have. */
  stop(): void {
    this.stopped = true;
    for (const pulse of this.#pulses) Atomics.store(pulse, pulseStop, 1);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async work(): Promise<void> {
    const lanes = Array.from({ length: this.#workers }, () => this.#lane());
    await Promise.all(lanes);
  }

  async #lane(): Promise<void> {
    for (;;) {
      const share = this.#share();
      const job = share === 0 || this.stopped ? undefined : this.#waiting.shift();
      if (job === undefined) return;
      await this.#search(job, share);
      this.#done++;
    }
  }

  /** What is left of the time, divided among the jobs that are left; 0 when none is. */
  #share(): number | undefined {
    const { seconds } = this.#searches;
    if (seconds === undefined) return undefined;
    const left = seconds - this.#elapsed;
    if (left <= 0) return 0;
    return Math.max(0.05, (left * this.#workers) / Math.max(1, this.#waiting.length));
  }

  async #search(job: Job, share: number | undefined): Promise<void> {
    const { onReport, onFailure } = this.#searches;
    const pulse = makePulse();
    this.#pulses.add(pulse);
    try {
      const report = await this.#report(job, share, pulse);
      if (report !== undefined) onReport(job, report);
    } catch (thrown) {
      if (onFailure === undefined || !(thrown instanceof CliError)) throw thrown;
      onReport(job, onFailure(job, thrown));
    } finally {
      this.#pulses.delete(pulse);
    }
  }

  /** The report of a search; undefined where Ctrl-C ended it. */
  async #report(job: Job, share: number | undefined, pulse: Int32Array): Promise<Report | undefined> {
    const { taskOf, onLost, silenceMsMaxOf } = this.#searches;
    const task = taskOf(job, share);
    let note: SearchNote | undefined;
    const onNote = (said: unknown): void => {
      note = said as SearchNote;
    };
    try {
      const silenceMsMax = silenceMsMaxOf?.(job) ?? silenceMsMaxDefault;
      return reportOf<Report>(await this.#pool.run(task, { pulse, silenceMsMax, onNote }));
    } catch (thrown) {
      if (!(thrown instanceof WorkerLostError)) throw thrown;
      if (this.stopped) return undefined;
      const report = onLost?.(job, task, thrown, pulse, note);
      if (report === undefined) throw new CliError(exitFault, `a search was lost: ${thrown.message}`);
      return report;
    }
  }
}

/** Runs searches on a few workers; true when Ctrl-C ended it early. */
export const searchAll = async <Job, Report>(searches: Searches<Job, Report>): Promise<boolean> => {
  if (searches.jobs.length === 0) return false;
  const crew = new Crew(searches);
  const interrupt = new Interrupt(
    () => crew.stop(),
    () => void crew.close().catch(() => {}),
  );
  const line = new ProgressLine(() => crew.progress);
  try {
    await crew.work();
    return interrupt.happened;
  } finally {
    line.end();
    interrupt.dispose();
    await crew.close();
  }
};
