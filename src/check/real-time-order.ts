import { never } from "./endpoint-order.ts";
import { constraintWords, type OrderConstraint } from "./order-search.ts";

/**
 * Real time: an operation that returned before another was called comes before it (Herlihy and Wing 1990). All that
 * returned before the first return still to be explained is placed, and nothing called after that return is; so what
 * is placed is told by that return's number (word 0) and one bit for each operation that is open at it.
 */
export class RealTimeOrder implements OrderConstraint {
  readonly width: number;
  readonly goal: number;
  readonly twin: Int32Array;
  readonly #invoked: Int32Array;
  readonly #returned: Int32Array;
  readonly #byReturn: Int32Array;
  readonly #bit: Int32Array;
  /** The operations open at the nth return: `#open` from `#openFrom[n]` to `#openFrom[n + 1]`. */
  readonly #open: Int32Array;
  readonly #openFrom: Int32Array;

  /**
   * @param action By operation (in the order of invocation): what it does.
   * @param invoked By operation: the rank of its call.
   * @param returned By operation: the rank of its return, or `never` for an indeterminate one.
   */
  constructor(action: Int32Array, invoked: Int32Array, returned: Int32Array) {
    this.#invoked = invoked;
    this.#returned = returned;
    this.#byReturn = byReturn(returned);
    this.goal = this.#byReturn.length;
    this.twin = twins(action, returned, this.#byReturn);
    const { bit, width } = bits(invoked, returned, this.#byReturn);
    this.#bit = bit;
    this.width = (width + 31) >> 5;
    const { open, from } = openAtReturns(invoked, returned, this.#byReturn);
    this.#open = open;
    this.#openFrom = from;
  }

  seek(configuration: Int32Array, from: number): number {
    const start = this.#openFrom[configuration[0]!]!;
    const count = this.#openFrom[configuration[0]! + 1]! - start;
    for (let position = from; position < count; position++) {
      if (!this.#isPlaced(configuration, this.#open[start + position]!)) return position;
    }
    return -1;
  }

  operationAt(configuration: Int32Array, position: number): number {
    return this.#open[this.#openFrom[configuration[0]!]! + position]!;
  }

  place(configuration: Int32Array, operation: number): void {
    this.#flip(configuration, operation);
    let returns = configuration[0]!;
    // What has returned is no longer open, and its bit is free for others.
    while (returns < this.goal && this.#isPlaced(configuration, this.#byReturn[returns]!)) {
      this.#flip(configuration, this.#byReturn[returns]!);
      returns++;
      configuration[0] = returns;
    }
  }

  allows(configuration: Int32Array, operation: number): boolean {
    return this.#invoked[operation]! < this.#returned[this.#byReturn[configuration[0]!]!]!;
  }

  urgent(configuration: Int32Array): number {
    return this.#byReturn[configuration[0]!] ?? -1;
  }

  isRedundant(configuration: Int32Array, operation: number): boolean {
    const twin = this.twin[operation]!;
    if (twin < 0) return false;
    const now = this.#returned[this.#byReturn[configuration[0]!]!]!;
    return this.#invoked[twin]! < now && this.#returned[twin]! >= now && !this.#isPlaced(configuration, twin);
  }

  /** The operation at a number of returns: the one that must be placed before anything later can be explained. */
  returning(returns: number): number | undefined {
    return this.#byReturn[returns];
  }

  /** Whether an operation that is open now is placed. */
  #isPlaced(configuration: Int32Array, operation: number): boolean {
    const bit = this.#bit[operation]!;
    return ((configuration[constraintWords + (bit >> 5)]! >>> (bit & 31)) & 1) === 1;
  }

  #flip(configuration: Int32Array, operation: number): void {
    const bit = this.#bit[operation]!;
    const word = constraintWords + (bit >> 5);
    configuration[word] = configuration[word]! ^ (1 << (bit & 31));
  }
}

const byReturn = (returned: Int32Array): Int32Array => {
  const determined: number[] = [];
  for (let operation = 0; operation < returned.length; operation++) {
    if (returned[operation] !== never) determined.push(operation);
  }
  return Int32Array.from(determined).sort((a, b) => returned[a]! - returned[b]!);
};

/** Gives each determined operation the lowest bit that is free while it is open. */
const bits = (
  invoked: Int32Array,
  returned: Int32Array,
  inReturnOrder: Int32Array,
): { readonly bit: Int32Array; readonly width: number } => {
  const bit = new Int32Array(invoked.length);
  const free: number[] = [];
  let width = 0;
  let returns = 0;
  for (let operation = 0; operation < invoked.length; operation++) {
    if (returned[operation] === never) continue;
    while (returned[inReturnOrder[returns]!]! < invoked[operation]!) free.push(bit[inReturnOrder[returns++]!]!);
    bit[operation] = free.pop() ?? width++;
  }
  return { bit, width };
};

/** Lists the operations that are open at each return: the one that returns, then the others as they were called. */
const openAtReturns = (
  invoked: Int32Array,
  returned: Int32Array,
  inReturnOrder: Int32Array,
): { readonly open: Int32Array; readonly from: Int32Array } => {
  const lists: number[] = [];
  const from = new Int32Array(inReturnOrder.length + 1);
  const active = new Set<number>();
  let next = 0;
  for (let returns = 0; returns < inReturnOrder.length; returns++) {
    const returning = inReturnOrder[returns]!;
    for (; next < invoked.length && invoked[next]! < returned[returning]!; next++) {
      if (returned[next] !== never) active.add(next);
    }
    from[returns] = lists.length;
    active.delete(returning);
    lists.push(returning, ...active);
  }
  from[inReturnOrder.length] = lists.length;
  return { open: Int32Array.from(lists), from };
};

/**
 * For each operation the one before it, in order of return or (indeterminate) of invocation, that does the same. Of
 * two open ones the first to return goes first, of two indeterminate ones the first invoked.
 */
const twins = (action: Int32Array, returned: Int32Array, inReturnOrder: Int32Array): Int32Array => {
  const twin = new Int32Array(action.length).fill(-1);
  const last = new Map<number, number>();
  const follow = (operation: number): void => {
    twin[operation] = last.get(action[operation]!) ?? -1;
    last.set(action[operation]!, operation);
  };
  inReturnOrder.forEach(follow);
  last.clear();
  for (let operation = 0; operation < action.length; operation++) if (returned[operation] === never) follow(operation);
  return twin;
};
