import { IntBuffer } from "./int-buffer.ts";

/** How the states of a search were reached: by number the state before, the event, and how it was taken. */
export class Paths {
  /** Three numbers a state. */
  readonly #ways = new IntBuffer(3 << 10);

  /** Memory, bytes. */
  get bytes(): number {
    return this.#ways.bytes;
  }

  /** A state to begin with. */
  begin(): void {
    this.add(-1, 0, 0);
  }

  /** The next state, and how it was reached. */
  add(parent: number, event: number, how: number): void {
    const ways = this.#ways;
    const at = ways.length;
    ways.reserve(3);
    const { data } = ways;
    data[at] = parent;
    data[at + 1] = event;
    data[at + 2] = how;
    ways.length = at + 3;
  }

  /** The steps that lead to a state: events and how they were taken, from a state to begin with, whose number is first. */
  to(number: number): {
    readonly start: number;
    readonly steps: readonly (readonly [event: number, how: number])[];
  } {
    const steps: [number, number][] = [];
    const ways = this.#ways;
    let at = number;
    for (; ways.at(at * 3) >= 0; at = ways.at(at * 3)) steps.push([ways.at(at * 3 + 1), ways.at(at * 3 + 2)]);
    return { start: at, steps: steps.reverse() };
  }
}
