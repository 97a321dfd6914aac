import type { NodeId } from "./ids.ts";
import type { Instance } from "./instance.ts";

/** A message on its way out. `due`, `order` and `event` are scratch space of the host that carries it. */
export interface Message {
  readonly kind: "message";
  readonly from: NodeId;
  readonly to: NodeId;
  /** Number of the channel in its program; the two ends must share the program's table of channels. */
  readonly channel: number;
  /** Keys of the family members on the way to the channel, outermost first; null where there are none. */
  readonly keys: readonly number[] | null;
  readonly body: unknown;
  due: number;
  order: number;
  event: number;
}

/** An indication that leaves the top of a stack. */
export interface Answer {
  readonly kind: "answer";
  readonly name: string;
  readonly args: readonly unknown[];
  event: number;
}

/** A notice to a module that its writes are durable; it comes back into the node as a step of its own. */
export interface DurableNotice {
  readonly kind: "durable";
  readonly instance: Instance;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Whatever a step lets out. */
export type Output = Message | Answer | DurableNotice;

/**
 * Holds outputs until the writes before them are durable (contract, rule D1: the look must go back over earlier steps
 * as well; without that, a node that is asked twice answers the second time before its first answer's write is safe).
 * A crash discards the gate with what it holds.
 */
export class OutputGate {
  readonly #leave: (output: Output) => void;
  /** What waits, and for which position each of them: up to `#end`, in arrays that only grow. */
  readonly #held: (Output | undefined)[] = [];
  readonly #after: number[] = [];
  #end = 0;
  /** For what leaves, used again and again; null while something leaves. */
  #spare: (Output | undefined)[] | null = [];
  #durable = 0;

  constructor(leave: (output: Output) => void) {
    this.#leave = leave;
  }

  /** Position up to which all writes are durable. */
  get durable(): number {
    return this.#durable;
  }

  /** How many outputs wait. */
  get held(): number {
    return this.#end;
  }

  /** Lets an output out, now or once the write at position `after` is durable. */
  pass(output: Output, after: number): void {
    if (after <= this.#durable) this.#leave(output);
    else {
      this.#held[this.#end] = output;
      this.#after[this.#end++] = after;
    }
  }

  /** All writes up to `position` are durable: what waited for them leaves, in order of issue. */
  advance(position: number): void {
    if (position <= this.#durable) return;
    this.#durable = position;
    if (this.#end === 0) return;
    const leaving = this.#spare ?? [];
    this.#spare = null;
    const count = this.#takeUpTo(position, leaving);
    for (let at = 0; at < count; at++) {
      const output = leaving[at]!;
      leaving[at] = undefined;
      this.#leave(output);
    }
    this.#spare = leaving;
  }

  /** What waits for no more than a position. The rest moves up, before anything leaves: that may let more come. */
  #takeUpTo(position: number, leaving: (Output | undefined)[]): number {
    const held = this.#held;
    const after = this.#after;
    const end = this.#end;
    let kept = 0;
    let left = 0;
    for (let at = 0; at < end; at++) {
      const output = held[at]!;
      held[at] = undefined;
      if (after[at]! <= position) leaving[left++] = output;
      else {
        after[kept] = after[at]!;
        held[kept++] = output;
      }
    }
    this.#end = kept;
    return left;
  }
}
