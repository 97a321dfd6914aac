import { never } from "./endpoint-order.ts";
import { Interner } from "./transitions.ts";
import type { RegisterOperations } from "./zones.ts";

/** The writes of one value, as far as reads of it can tell. */
interface Writes {
  readonly operations: number[];
  /** The first call and the last return. */
  firstCall: number;
  lastReturn: number;
}

/** By first call: the write that returns first among those called later. */
class ReturnsAfter {
  readonly #calls: readonly number[];
  readonly #earliest: readonly number[];
  readonly #returned: Int32Array;

  constructor({ invoked, returned }: RegisterOperations, writes: readonly number[]) {
    const byCall = writes.filter((at) => returned[at] !== never).sort((a, b) => invoked[a]! - invoked[b]!);
    const earliest = [...byCall];
    for (let at = byCall.length - 2; at >= 0; at--) {
      if (returned[earliest[at + 1]!]! < returned[earliest[at]!]!) earliest[at] = earliest[at + 1]!;
    }
    this.#calls = byCall.map((at) => invoked[at]!);
    this.#earliest = earliest;
    this.#returned = returned;
  }

  /** A write that lies between two ranks, or -1. */
  between(start: number, end: number): number {
    let [low, high] = [0, this.#calls.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#calls[middle]! > start) high = middle;
      else low = middle + 1;
    }
    const write = this.#earliest[low];
    return write !== undefined && this.#returned[write]! < end ? write : -1;
  }
}

/**
 * Looks for a read, or a compare-and-set that succeeded, of a value that cannot be there whatever the order: nobody had
 * called a write of it, or all who had were done before another write began that was over before the read. It finds in
 * O(n log n) what a search among many clients would drown in. Answers operations that contradict each other, or
 * `undefined`. Appends are not looked at: call it where there are none.
 */
export const staleRead = (operations: RegisterOperations, initial: unknown): readonly number[] | undefined => {
  const { accesses, invoked, returned } = operations;
  const values = new Interner<unknown>();
  const writes: Writes[] = [];
  const writesOf = (value: unknown): Writes => {
    const id = values.idOf(value);
    if (writes[id] === undefined) writes[id] = { operations: [], firstCall: never, lastReturn: -1 };
    return writes[id];
  };
  writesOf(initial).firstCall = -1;
  const all: number[] = [];
  for (let at = 0; at < accesses.length; at++) {
    const access = accesses[at]!;
    if (access.kind !== "write" && access.kind !== "update") continue;
    all.push(at);
    const those = writesOf(access.value);
    those.operations.push(at);
    those.firstCall = Math.min(those.firstCall, invoked[at]!);
    those.lastReturn = Math.max(those.lastReturn, returned[at]!);
  }
  const others = new ReturnsAfter(operations, all);
  for (let at = 0; at < accesses.length; at++) {
    const access = accesses[at]!;
    if (returned[at] === never || (access.kind !== "read" && access.kind !== "update")) continue;
    const those = writesOf(access.kind === "read" ? access.value : access.expected);
    if (those.firstCall > returned[at]!) return [at];
    // Writes that are called after the read returns cannot be read: without them the last return may be earlier.
    const other = others.between(lastReturnBefore(those, operations, returned[at]!), invoked[at]!);
    if (other >= 0) return [at, other, ...those.operations.filter((write) => invoked[write]! < returned[at]!)];
  }
  return undefined;
};

/** How many writes of one value are looked through for each read of it. */
const lookedAtMax = 16;

/** The last return among writes of a value that were called before a rank. */
const lastReturnBefore = (
  { operations, lastReturn }: Writes,
  { invoked, returned }: RegisterOperations,
  rank: number,
): number => {
  if (operations.length > lookedAtMax) return lastReturn;
  let last = -1;
  for (const write of operations) if (invoked[write]! < rank) last = Math.max(last, returned[write]!);
  return last;
};
