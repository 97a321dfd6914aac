import type { History, Operation } from "../history.ts";
import { illegal, type Specification } from "../specification.ts";

/** Whether one operation has to come before another in every order. */
export type Before = (first: Operation<unknown, unknown>, second: Operation<unknown, unknown>) => boolean;

/** Real time, by times alone. */
export const inRealTime: Before = (first, second) => {
  if (first.returnedAt === undefined) return false;
  return first.process === second.process && first !== second && first.invokedAt < second.invokedAt
    ? first.returnedAt <= second.invokedAt
    : first.returnedAt < second.invokedAt;
};

/** Program order: of one process, what was called later. What got no answer may take effect at any time after its call. */
export const inProgramOrder: Before = (first, second) =>
  first.returnedAt !== undefined && first.process === second.process && first.invokedAt < second.invokedAt;

/**
 * Tries every order of all determined and any indeterminate operations: no cache, no cuts, nothing shared with the
 * checkers but the specification.
 */
export const explains = <State, Input, Output>(
  history: History<Input, Output>,
  { init, step }: Specification<State, Input, Output>,
  before: Before,
): boolean => {
  // By number of an operation, as bits: those that come before it. A history of more could not be gone through anyway.
  const waitsFor = history.map((operation) =>
    history.reduce((bits, other, at) => (other !== operation && before(other, operation) ? bits | (1 << at) : bits), 0),
  );
  const isDue = history.reduce((bits, { returnedAt }, at) => (returnedAt === undefined ? bits : bits | (1 << at)), 0);
  const go = (state: State, left: number): boolean => {
    if ((left & isDue) === 0) return true;
    for (const [at, { input, output, returnedAt }] of history.entries()) {
      if ((left & (1 << at)) === 0 || (left & waitsFor[at]!) !== 0) continue;
      const after = step(state, input, returnedAt === undefined ? undefined : output);
      if (after !== illegal && go(after, left & ~(1 << at))) return true;
    }
    return false;
  };
  if (history.length > 30) throw new Error(`${history.length} operations have too many orders`);
  return go(init(), (1 << history.length) - 1);
};

/** Whether an order is one that `before` allows and the specification explains. */
export const isExplainedBy = <State, Input, Output>(
  order: readonly Operation<Input, Output>[],
  { step }: Specification<State, Input, Output>,
  from: State,
  before: Before,
): boolean => {
  let state = from;
  for (let at = 0; at < order.length; at++) {
    const operation = order[at]!;
    if (order.slice(at + 1).some((later) => before(later, operation))) return false;
    const after = step(state, operation.input, operation.returnedAt === undefined ? undefined : operation.output);
    if (after === illegal) return false;
    state = after;
  }
  return true;
};
