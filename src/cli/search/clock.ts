import { pulseBeat, pulseStop } from "../../node/worker-pool.ts";
import type { CampaignOptions } from "../../simulate/index.ts";
import { phaseRunning, phaseShrinking, pulsePhase, pulseRuns, pulseViolated } from "./search-task.ts";

// Taken before a user's file is loaded, from when on the global one refuses to work.
const now: () => number = performance.now.bind(performance);

/** Seconds that shrinking may take when the search itself has used up its time, unless said otherwise. */
const shrinkSecondsDefault = 5;

/** The time of one search: when it must end, and the signs of life that it gives on the way. */
export class SearchClock {
  readonly #pulse: Int32Array;
  readonly #startedAt = now();
  readonly #deadline: number;
  readonly #shrinkMsMin: number;
  #runsEndedAt = 0;

  constructor(pulse: Int32Array, seconds: number | undefined, shrinkSeconds: number = shrinkSecondsDefault) {
    this.#pulse = pulse;
    this.#shrinkMsMin = shrinkSeconds * 1_000;
    this.#deadline = seconds === undefined ? Number.POSITIVE_INFINITY : this.#startedAt + seconds * 1_000;
    Atomics.store(pulse, pulsePhase, phaseRunning);
    this.beat();
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (now() - this.#startedAt) / 1_000;
  }

  /** Whether so much of the time has gone by, from 0 to 1. */
  isPast(part: number): boolean {
    this.beat();
    return now() > this.#startedAt + part * (this.#deadline - this.#startedAt);
  }

  /** Whether someone asked for the end. */
  get stopped(): boolean {
    return Atomics.load(this.#pulse, pulseStop) !== 0;
  }

  /** A sign of life: a step has ended. */
  beat(): void {
    Atomics.add(this.#pulse, pulseBeat, 1);
  }

  /** The parts of a campaign's options that have to do with time. */
  options(): Pick<CampaignOptions, "expired" | "shrinkExpired" | "progress"> {
    return {
      expired: () => {
        this.beat();
        return this.stopped || now() > this.#deadline;
      },
      shrinkExpired: () => this.shrinkExpired(),
      progress: (runs, violated) => this.progress(runs, violated),
    };
  }

  /** Another run has ended. */
  progress(runs: number, violated: number): void {
    this.beat();
    Atomics.store(this.#pulse, pulseRuns, runs);
    Atomics.store(this.#pulse, pulseViolated, violated);
  }

  /** Whether the time for shrinking is over: the rest of the whole, and never less than it was promised. */
  shrinkExpired(): boolean {
    this.beat();
    if (this.#runsEndedAt === 0) {
      this.#runsEndedAt = now();
      Atomics.store(this.#pulse, pulsePhase, phaseShrinking);
    }
    return this.stopped || now() > Math.max(this.#deadline, this.#runsEndedAt + this.#shrinkMsMin);
  }
}
