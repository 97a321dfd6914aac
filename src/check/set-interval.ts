import { describe } from "../model/plain.ts";
import { endpointOrder } from "./endpoint-order.ts";
import type { History, Operation } from "./history.ts";
import { faultless, type IntervalCulprit, type IntervalOptions, type IntervalVerdict } from "./interval-verdict.ts";
import type { SetInput, SetOutput } from "./specifications/set.ts";

/** What is known of a set. */
export interface SetIntervalOptions<V> extends IntervalOptions<SetInput<V>, SetOutput<V>> {
  /** Its members before all additions; none by default. */
  readonly initial?: readonly V[];
}

/** One addition or removal of an element, with the ranks of its call and its answer. */
interface Change {
  readonly operation: number;
  readonly isAdd: boolean;
  readonly invoked: number;
  readonly returned: number;
}

/** A change that everybody must see who is called after it: it was over, and none that undoes it came later. */
const lastCertain = (changes: readonly Change[], from: number, to: number): Change | undefined =>
  changes.find(
    (change) =>
      change.returned < from &&
      changes.every((other) => other.isAdd === change.isAdd || other.invoked > to || other.returned < change.invoked),
  );

class SetReads<V extends string | number> {
  readonly #operations: readonly Operation<SetInput<V>, SetOutput<V>>[];
  readonly #initial: ReadonlySet<V>;
  readonly #changes = new Map<V, Change[]>();

  constructor(
    operations: readonly Operation<SetInput<V>, SetOutput<V>>[],
    invoked: Int32Array,
    returned: Int32Array,
    initial: readonly V[],
  ) {
    this.#operations = operations;
    this.#initial = new Set(initial);
    for (const value of initial) this.#changes.set(value, []);
    for (const [operation, { input }] of operations.entries()) {
      if (input.kind !== "add" && input.kind !== "remove") continue;
      const ofValue = this.#changes.get(input.value) ?? [];
      this.#changes.set(input.value, ofValue);
      const isAdd = input.kind === "add";
      ofValue.push({ operation, isAdd, invoked: invoked[operation]!, returned: returned[operation]! });
    }
  }

  /** What is wrong with a read of some values, those that are shown and, when all are, those that are not. */
  fault(
    read: number,
    from: number,
    to: number,
    isSettled: boolean,
  ): IntervalCulprit<SetInput<V>, SetOutput<V>> | undefined {
    const { input, output } = this.#operations[read]!;
    if (input.kind === "contains") return this.#ofValue(read, input.value, output === true, from, to, isSettled);
    const members = output as readonly V[];
    const shown = new Set(members);
    if (shown.size < members.length) return this.#told(read, undefined, "names a member twice");
    for (const value of members) {
      const fault = this.#ofValue(read, value, true, from, to, isSettled);
      if (fault !== undefined) return fault;
    }
    for (const value of isSettled ? this.#changes.keys() : []) {
      const fault = shown.has(value) ? undefined : this.#ofValue(read, value, false, from, to, isSettled);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #ofValue(
    read: number,
    value: V,
    isShown: boolean,
    from: number,
    to: number,
    isSettled: boolean,
  ): IntervalCulprit<SetInput<V>, SetOutput<V>> | undefined {
    const changes = this.#changes.get(value) ?? [];
    const isInitial = this.#initial.has(value);
    const named = describe(value);
    if (isShown && !isInitial && !changes.some(({ isAdd, invoked }) => isAdd && invoked < to)) {
      return this.#told(read, undefined, `shows ${named}, which nobody had tried to add`);
    }
    if (!isSettled) return undefined;
    const certain = lastCertain(changes, from, to);
    if (certain !== undefined) {
      if (certain.isAdd === isShown) return undefined;
      return this.#told(
        read,
        certain,
        isShown ? `shows ${named}, which was removed` : `misses ${named}, which was added`,
      );
    }
    // Before all changes there was the beginning.
    const isUntouched = !changes.some(({ isAdd, invoked }) => isAdd !== isInitial && invoked < to);
    if (!isInitial || !isUntouched || isShown) return undefined;
    return this.#told(read, undefined, `misses ${named}, which was there from the beginning`);
  }

  #told(read: number, change: Change | undefined, what: string): IntervalCulprit<SetInput<V>, SetOutput<V>> {
    const operation = this.#operations[read]!;
    const cause = change === undefined ? [] : [this.#operations[change.operation]!];
    const by = cause.map(({ process }) => ` by process ${process} before`).join("");
    const sentence = `${operation.input.kind} of process ${operation.process} ${what}${by}`;
    return { operations: [...cause, operation], sentence };
  }
}

/**
 * Whether each read of a set shows every element whose addition was acknowledged before the read was called, unless a
 * removal may have come after it, and none that nobody had tried to add, or whose removal was acknowledged and that
 * nobody may have added again. This is necessary for linearizability and not enough; it is what a set that only
 * converges owes (Jepsen's set check). A change without an answer may show at any time after its call, or never.
 */
export const checkSetInterval = <V extends string | number>(
  history: History<SetInput<V>, SetOutput<V>>,
  { initial = [], isSettled = () => true }: SetIntervalOptions<V> = {},
): IntervalVerdict<SetInput<V>, SetOutput<V>> => {
  const { operations, invoked, returned } = endpointOrder(history);
  const reads = new SetReads(operations, invoked, returned, initial);
  let exercised = 0;
  for (const [at, operation] of operations.entries()) {
    const { input, output, returnedAt } = operation;
    const isRead = input.kind === "read" || input.kind === "contains";
    if (!isRead || output === undefined || returnedAt === undefined) continue;
    exercised++;
    const culprit = reads.fault(at, invoked[at]!, returned[at]!, isSettled(operation));
    if (culprit !== undefined) return { verdict: "violated", exercised, culprit };
  }
  return faultless(exercised);
};
