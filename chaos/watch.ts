import type { HistoryRecorder } from "./history-recorder.ts";
import { checkHistory } from "./verdict.ts";

const lookMs = 500;
/** The history is checked again when it has grown so much: in all that costs a few checks of the whole. */
const growth = 1.5;
const operationsMin = 200;
const checkMsMax = 1_000;

/** Looks at the history while it grows, so that a run that is lost ends soon. */
export class Watch {
  readonly #recorder: HistoryRecorder;
  readonly #timer: NodeJS.Timeout;
  #checked = operationsMin;
  hasFound = false;

  constructor(recorder: HistoryRecorder) {
    this.#recorder = recorder;
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { operations } = this.#recorder;
    if (this.hasFound || operations < growth * this.#checked) return;
    this.#checked = operations;
    this.hasFound = checkHistory(this.#recorder, checkMsMax).verdict === "violated";
  }
}
