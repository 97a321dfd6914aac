import { endpointOrder } from "./endpoint-order.ts";
import type { History } from "./history.ts";
import { faultless, type IntervalOptions, type IntervalVerdict } from "./interval-verdict.ts";
import type { CounterInput } from "./specifications/counter.ts";

/** What is known of a counter. */
export interface CounterIntervalOptions extends IntervalOptions<CounterInput, number> {
  /** What it shows before all additions; 0 by default. */
  readonly initial?: number;
}

/** Sums of additions by rank: what was added by calls, or by answers, before it. */
class SumsByRank {
  readonly #increases: Float64Array;
  readonly #decreases: Float64Array;

  constructor(ranks: Int32Array, deltas: Float64Array, ranksMax: number) {
    this.#increases = new Float64Array(ranksMax + 1);
    this.#decreases = new Float64Array(ranksMax + 1);
    for (const [operation, rank] of ranks.entries()) {
      if (rank >= ranksMax) continue;
      this.#increases[rank + 1]! += Math.max(0, deltas[operation]!);
      this.#decreases[rank + 1]! += Math.min(0, deltas[operation]!);
    }
    for (let rank = 0; rank < ranksMax; rank++) {
      this.#increases[rank + 1]! += this.#increases[rank]!;
      this.#decreases[rank + 1]! += this.#decreases[rank]!;
    }
  }

  increasesBefore(rank: number): number {
    return this.#increases[rank]!;
  }

  decreasesBefore(rank: number): number {
    return this.#decreases[rank]!;
  }
}

/**
 * Whether each read of a counter lies between what it must show and what it may: every addition that was acknowledged
 * before the read was called counts, every other one that was called before the read returned may count or not. This is
 * necessary for linearizability and far from enough; it is what a counter that only converges owes (Jepsen's counter
 * check). An addition without an answer may count at any time after its call, or never.
 */
export const checkCounterInterval = (
  history: History<CounterInput, number>,
  { initial = 0, isSettled = () => true }: CounterIntervalOptions = {},
): IntervalVerdict<CounterInput, number> => {
  const { operations, invoked, returned } = endpointOrder(history);
  const deltas = Float64Array.from(operations, ({ input }) => (input.kind === "add" ? input.delta : 0));
  const ranksMax = 2 * operations.length;
  const called = new SumsByRank(invoked, deltas, ranksMax);
  const answered = new SumsByRank(returned, deltas, ranksMax);
  let exercised = 0;
  for (const [at, operation] of operations.entries()) {
    const { input, output, process } = operation;
    if (input.kind !== "read" || output === undefined || operation.returnedAt === undefined) continue;
    exercised++;
    const [from, to] = [invoked[at]!, returned[at]!];
    // What is certain counts on both sides, what is open only on the side to which it moves the sum.
    const [up, down] = isSettled(operation) ? [answered.increasesBefore(from), answered.decreasesBefore(from)] : [0, 0];
    const least = initial + up + called.decreasesBefore(to);
    const most = initial + down + called.increasesBefore(to);
    if (output >= least && output <= most) continue;
    const sentence = `read → ${output} of process ${process} is not between ${least} and ${most}, by what was added before and meanwhile`;
    return { verdict: "violated", exercised, culprit: { operations: [operation], sentence } };
  }
  return faultless(exercised);
};
