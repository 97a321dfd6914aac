import type { Instance } from "./instance.ts";
import type { Output } from "./output.ts";

/**
 * What one step lets out, with the module that sent each of them early, or null. Parallel arrays that are used again by
 * the next step: an array that is new in each step grows to a size that few steps need.
 */
export class OutputList {
  readonly #outputs: (Output | undefined)[] = [];
  readonly #early: (Instance | null)[] = [];
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** One more, at the end. */
  push(output: Output, early: Instance | null): void {
    const at = this.#size++;
    this.#outputs[at] = output;
    this.#early[at] = early;
  }

  /** The output at a place from 0. */
  at(place: number): Output {
    return this.#outputs[place]!;
  }

  /** Who sent it early, or null. */
  earlyAt(place: number): Instance | null {
    return this.#early[place]!;
  }

  /** Forgets all. */
  clear(): void {
    for (let at = 0; at < this.#size; at++) this.#outputs[at] = undefined;
    this.#size = 0;
  }
}
