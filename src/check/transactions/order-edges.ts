import { HistoryError } from "../history.ts";
import { type DependencyEdges, dependency } from "./dependency-graph.ts";
import type { Transaction } from "./transaction.ts";

/** Which transactions took effect, or may be held to have done so: by number, 1 or 0. */
export type Committed = Uint8Array;

const noKey = -1;

/** The transactions by the time of their call. Throws `HistoryError` for one that returns before it is called. */
export const inOrderOfCall = (transactions: readonly Transaction<unknown>[]): Int32Array => {
  const order = new Int32Array(transactions.length);
  let isSorted = true;
  for (let at = 0; at < transactions.length; at++) {
    const { process, invokedAt, returnedAt } = transactions[at]!;
    order[at] = at;
    if (at > 0 && !(transactions[at - 1]!.invokedAt <= invokedAt)) isSorted = false;
    if (Number.isNaN(invokedAt) || (returnedAt !== undefined && !(returnedAt >= invokedAt))) {
      throw new HistoryError(
        `a transaction of process ${process} is called at ${invokedAt} and returns at ${returnedAt}`,
      );
    }
  }
  if (isSorted) return order;
  return order.sort((a, b) => transactions[a]!.invokedAt - transactions[b]!.invokedAt || a - b);
};

/**
 * Whose answer orders it before what comes later. What is indeterminate may take effect after all that its process, or
 * anybody, did next: nothing comes after it.
 */
const isOver = ({ status, returnedAt }: Transaction<unknown>): boolean => status === "ok" && returnedAt !== undefined;

/**
 * Session order: of one process, a transaction comes before those called after it. All of a session's past hangs on one
 * chain of joints, so each dependency is one step however far apart the two are. Throws `HistoryError` for a process with
 * two transactions open at once.
 *
 * @param order The transactions in the order of their calls.
 */
export const addSessionOrder = (
  edges: DependencyEdges,
  transactions: readonly Transaction<unknown>[],
  committed: Committed,
  order: Int32Array,
): void => {
  const { process: label, onward } = dependency;
  const past = new Map<number, number>();
  const free = new Map<number, number>();
  for (const at of order) {
    const transaction = transactions[at]!;
    if (committed[at] === 0) continue;
    const { process, invokedAt } = transaction;
    if (invokedAt < (free.get(process) ?? invokedAt)) {
      throw new HistoryError(`process ${process} has two transactions open at ${invokedAt}: it has no session order`);
    }
    const before = past.get(process);
    if (before !== undefined) edges.add(before, at, onward, noKey);
    if (!isOver(transaction)) continue;
    const joint = edges.joint();
    if (before !== undefined) edges.add(before, joint, onward, noKey);
    edges.add(at, joint, label, noKey);
    past.set(process, joint);
    free.set(process, transaction.returnedAt as number);
  }
};

/**
 * Real time: a transaction that returned comes before all that are called later. One chain of joints stands for time, a
 * joint wherever a call follows an answer: at most two edges a transaction, whatever the concurrency.
 *
 * @param order The transactions in the order of their calls.
 */
export const addRealTimeOrder = (
  edges: DependencyEdges,
  transactions: readonly Transaction<unknown>[],
  committed: Committed,
  order: Int32Array,
): void => {
  const { realtime, onward } = dependency;
  const count = order.length;
  const calls = Float64Array.from(order, (at) => transactions[at]!.invokedAt);
  /** By transaction: the first place in the order of calls that is after its answer. */
  const next = new Int32Array(count).fill(count);
  const isNeeded = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    if (committed[at] === 0 || !isOver(transactions[at]!)) continue;
    next[at] = firstAfter(calls, transactions[at]!.returnedAt as number);
    if (next[at]! < count) isNeeded[next[at]!] = 1;
  }
  const joints = new Int32Array(count);
  let joint = -1;
  for (let place = 0; place < count; place++) {
    if (isNeeded[place] === 1) {
      const before = joint;
      joint = edges.joint();
      if (before >= 0) edges.add(before, joint, onward, noKey);
    }
    joints[place] = joint;
    if (joint >= 0 && committed[order[place]!] === 1) edges.add(joint, order[place]!, onward, noKey);
  }
  for (let at = 0; at < count; at++) if (next[at]! < count) edges.add(at, joints[next[at]!]!, realtime, noKey);
};

/** The first place whose call is later than a time. */
const firstAfter = (calls: Float64Array, time: number): number => {
  let [low, high] = [0, calls.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (calls[middle]! > time) high = middle;
    else low = middle + 1;
  }
  return low;
};
