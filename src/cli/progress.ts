import type { WriteStream } from "node:tty";
import { grouped, painter, terminalOf } from "./terminal.ts";

const everyMs = 100;
const firstAfterMs = 400;

/** A line at the bottom of a terminal that is written again and again; nothing at all in a pipe, or where it cannot be taken back. */
export class ProgressLine {
  readonly #text: () => string;
  readonly #stream: WriteStream;
  readonly #timer: NodeJS.Timeout | null;
  readonly #startedAt = performance.now();
  #shown = false;

  constructor(text: () => string, stream: WriteStream = process.stderr) {
    this.#text = text;
    this.#stream = stream;
    this.#timer =
      stream.isTTY === true && process.env["TERM"] !== "dumb" ? setInterval(() => this.#draw(), everyMs) : null;
  }

  /** Takes the line away. */
  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#shown) this.#stream.write("\r\u001b[K");
    this.#shown = false;
  }

  #draw(): void {
    // What is over at once needs no progress.
    if (performance.now() - this.#startedAt < firstAfterMs) return;
    const { colour, width } = terminalOf(this.#stream);
    const line = this.#text().slice(0, width - 1);
    this.#stream.write(`\r\u001b[K${painter(colour)(line, "dim")}`);
    this.#shown = true;
  }
}

/** Seconds as people read them: 8 s, 2 min 5 s. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

/** What a campaign has done: `320 of 1,000 runs · 95 runs/s · 7 s left`. */
export const campaignProgress = (
  runs: number,
  elapsedSeconds: number,
  runsMax: number | undefined,
  secondsMax: number | undefined,
): string => {
  const rate = runs / Math.max(elapsedSeconds, 0.001);
  const left = Math.min(
    runsMax === undefined || rate === 0 ? Number.POSITIVE_INFINITY : (runsMax - runs) / rate,
    secondsMax === undefined ? Number.POSITIVE_INFINITY : secondsMax - elapsedSeconds,
  );
  const done = runsMax === undefined ? `${grouped(runs)} runs` : `${grouped(runs)} of ${grouped(runsMax)} runs`;
  const eta = Number.isFinite(left) ? ` · ${duration(left)} left` : "";
  return `${done} · ${grouped(rate)} runs/s${eta}`;
};
