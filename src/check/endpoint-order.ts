import { type History, HistoryError, type Operation, orderedByEvents } from "./history.ts";

/** The rank of a return that never came: after everything. */
export const never = 0x7fffffff;

/**
 * All calls and returns of a history in one order, by rank: 0 is the first. Moments that cannot be told apart count as
 * concurrent (calls before returns), because a coarse clock must not accuse anybody; only a process that is alone at
 * such a moment is known to have ended one operation before it began the next.
 */
export interface EndpointOrder<Input, Output> {
  /** In the order of invocation; the index of an operation in this list is its number. */
  readonly operations: readonly Operation<Input, Output>[];
  /** By operation: the rank of its call. */
  readonly invoked: Int32Array;
  /** By operation: the rank of its return, or `never`. */
  readonly returned: Int32Array;
  /** The operations that returned, in the order of return. */
  readonly byReturn: Int32Array;
}

const checkTimes = (operation: Operation<unknown, unknown>, invoked: number, returned: number | undefined): void => {
  if (Number.isNaN(invoked) || (returned !== undefined && !(returned >= invoked))) {
    throw new HistoryError(
      `an operation of process ${operation.process} is invoked at ${invoked} and returns at ${returned}`,
    );
  }
};

const sorted = (values: readonly number[], times: Float64Array): Int32Array =>
  Int32Array.from(values).sort((a, b) => times[a]! - times[b]! || a - b);

/** Ranks the calls and returns of a history. Throws `HistoryError` where an operation returns before its call. */
export const endpointOrder = <Input, Output>(history: History<Input, Output>): EndpointOrder<Input, Output> => {
  const byEvent = orderedByEvents(history);
  const start = ({ invokedAt, invokeEvent }: Operation<Input, Output>): number =>
    byEvent ? (invokeEvent as number) : invokedAt;
  const operations = history.slice().sort((a, b) => start(a) - start(b));
  const count = operations.length;
  const calls = new Float64Array(count);
  const returns = new Float64Array(count);
  const complete: number[] = [];
  for (let at = 0; at < count; at++) {
    const operation = operations[at]!;
    const end = byEvent ? operation.returnEvent : operation.returnedAt;
    const isComplete = operation.returnedAt !== undefined;
    checkTimes(operation, start(operation), isComplete ? end : undefined);
    calls[at] = start(operation);
    if (isComplete) {
      returns[at] = end as number;
      complete.push(at);
    }
  }
  const byReturn = sorted(complete, returns);
  return { operations, byReturn, ...ranks(operations, calls, returns, byReturn) };
};

/** Merges calls (already in order) with returns, moment by moment. */
const ranks = (
  operations: readonly Operation<unknown, unknown>[],
  calls: Float64Array,
  returns: Float64Array,
  byReturn: Int32Array,
): { readonly invoked: Int32Array; readonly returned: Int32Array } => {
  const invoked = new Int32Array(calls.length);
  const returned = new Int32Array(calls.length).fill(never);
  let rank = 0;
  let call = 0;
  let back = 0;
  while (call < calls.length || back < byReturn.length) {
    const now = Math.min(
      calls[call] ?? Number.POSITIVE_INFINITY,
      returns[byReturn[back] ?? -1] ?? Number.POSITIVE_INFINITY,
    );
    const begun: number[] = [];
    const ended: number[] = [];
    while (call < calls.length && calls[call]! <= now) begun.push(call++);
    while (back < byReturn.length && returns[byReturn[back]!]! <= now) ended.push(byReturn[back++]!);
    for (const { operation, isReturn } of inOrder(operations, begun, ended)) {
      if (isReturn) returned[operation] = rank++;
      else invoked[operation] = rank++;
    }
  }
  return { invoked, returned };
};

interface Endpoint {
  readonly operation: number;
  readonly isReturn: boolean;
}

/** The calls and returns of one moment: in program order when they are of one process, else all calls first. */
const inOrder = (
  operations: readonly Operation<unknown, unknown>[],
  begun: readonly number[],
  ended: readonly number[],
): readonly Endpoint[] => {
  const endpoints = [
    ...begun.map((operation) => ({ operation, isReturn: false })),
    ...ended.map((operation) => ({ operation, isReturn: true })),
  ];
  const process = operations[endpoints[0]!.operation]!.process;
  if (endpoints.some(({ operation }) => operations[operation]!.process !== process)) return endpoints;
  return endpoints.sort((a, b) => a.operation - b.operation);
};
