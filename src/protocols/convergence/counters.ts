import type { OperationBasedType, StateBasedType } from "./replicated-data.ts";

/** One number for each process that counted; processes not yet heard of count 0. */
export type Counts = readonly number[];

/** The decisions on which the counters' convergence rests. */
export interface CounterRules {
  /** Puts together what two replicas know of one process's count. */
  readonly merge: (local: number, remote: number) => number;
}

const counterRules: CounterRules = { merge: (local, remote) => Math.max(local, remote) };

const zipWith = (a: Counts, b: Counts, merge: CounterRules["merge"]): Counts =>
  (a.length < b.length ? b : a).map((_, node) => merge(a[node] ?? 0, b[node] ?? 0));

const adding = (counts: Counts, node: number, amount: number): Counts =>
  Array.from({ length: Math.max(counts.length, node + 1) }, (_, at) => (counts[at] ?? 0) + (at === node ? amount : 0));

const sumOf = (counts: Counts): number => counts.reduce((sum, count) => sum + count, 0);

/**
 * A counter that only grows: each process counts for itself, the value is the sum, the larger of two counts of one
 * process is the newer one. Merged by sum instead, what is heard twice is counted twice. Updates are amounts from 0.
 *
 * Source: Shapiro, Preguiça, Baquero, Zawirski 2011, specification 6, "G-Counter".
 */
export const growOnlyCounter = (changed: Partial<CounterRules> = {}): StateBasedType<Counts, number, number> => {
  const rules: CounterRules = { ...counterRules, ...changed };
  return {
    name: "grow-only counter",
    initial: [],
    update: (state, amount, { node }) => adding(state, node, amount),
    merge: (local, remote) => zipWith(local, remote, rules.merge),
    value: sumOf,
  };
};

/** What a counter that goes both ways keeps: what was added and what was taken away. */
export interface PositiveNegative {
  readonly plus: Counts;
  readonly minus: Counts;
}

/**
 * A counter that goes both ways: two that only grow. One vector of signed counts would not do: the larger of two counts
 * is the newer one only while counts grow, so a decrement would be lost in the merge (`signedCounter`). Updates are
 * amounts of either sign.
 *
 * Source: Shapiro, Preguiça, Baquero, Zawirski 2011, specification 7, "PN-Counter".
 */
export const positiveNegativeCounter = (
  changed: Partial<CounterRules> = {},
): StateBasedType<PositiveNegative, number, number> => {
  const rules: CounterRules = { ...counterRules, ...changed };
  return {
    name: "positive-negative counter",
    initial: { plus: [], minus: [] },
    update: ({ plus, minus }, amount, { node }) =>
      amount >= 0 ? { plus: adding(plus, node, amount), minus } : { plus, minus: adding(minus, node, -amount) },
    merge: (local, remote) => ({
      plus: zipWith(local.plus, remote.plus, rules.merge),
      minus: zipWith(local.minus, remote.minus, rules.merge),
    }),
    value: ({ plus, minus }) => sumOf(plus) - sumOf(minus),
  };
};

/** The counter that does not work, for show: signed counts merged by maximum, so that decrements are lost. */
export const signedCounter: StateBasedType<Counts, number, number> = {
  name: "signed counter",
  initial: [],
  update: (state, amount, { node }) => adding(state, node, amount),
  merge: (local, remote) => zipWith(local, remote, counterRules.merge),
  value: sumOf,
};

/** A counter by operations: additions commute, so any reliable broadcast will do. Shapiro et al. 2011, specification 5. */
export const operationCounter: OperationBasedType<number, number, number, number> = {
  name: "counter by operations",
  initial: 0,
  prepare: (_state, amount) => amount,
  apply: (state, amount) => state + amount,
  value: (state) => state,
};
