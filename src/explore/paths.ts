import { IntBuffer } from "./int-buffer.ts";

/** How the states of a search were reached: by number the state before, the event, and how it was taken. */
export class Paths {
  readonly #parents = new IntBuffer();
  readonly #events = new IntBuffer();
  readonly #hows = new IntBuffer();

  /** Memory, bytes. */
  get bytes(): number {
    return this.#parents.bytes * 3;
  }

  /** A state to begin with. */
  begin(): void {
    this.add(-1, 0, 0);
  }

  /** The next state, and how it was reached. */
  add(parent: number, event: number, how: number): void {
    this.#parents.push(parent);
    this.#events.push(event);
    this.#hows.push(how);
  }

  /** The steps that lead to a state: events and how they were taken, from a state to begin with, whose number is first. */
  to(number: number): {
    readonly start: number;
    readonly steps: readonly (readonly [event: number, how: number])[];
  } {
    const steps: [number, number][] = [];
    let at = number;
    for (; this.#parents.at(at) >= 0; at = this.#parents.at(at)) steps.push([this.#events.at(at), this.#hows.at(at)]);
    return { start: at, steps: steps.reverse() };
  }
}
