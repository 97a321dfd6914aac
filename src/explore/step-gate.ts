import { type Output, OutputGate } from "../model/index.ts";

/** A gate whose held outputs can be taken out, to be part of the state of a node, and put back. */
export class StepGate extends OutputGate {
  readonly #leave: (output: Output) => void;
  #waiting: { readonly output: Output; readonly after: number }[] = [];
  #position = 0;

  constructor(leave: (output: Output) => void) {
    super(leave);
    this.#leave = leave;
  }

  /** What waits, in order of issue. */
  get waiting(): readonly { readonly output: Output; readonly after: number }[] {
    return this.#waiting;
  }

  override get durable(): number {
    return this.#position;
  }

  override get held(): number {
    return this.#waiting.length;
  }

  override pass(output: Output, after: number): void {
    if (after <= this.#position) this.#leave(output);
    else this.#waiting.push({ output, after });
  }

  override advance(position: number): void {
    if (position <= this.#position) return;
    this.#position = position;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ after }) => after > position);
    for (const { output, after } of waiting) if (after <= position) this.#leave(output);
  }
}
