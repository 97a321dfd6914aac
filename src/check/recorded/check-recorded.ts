import { describe } from "../../model/plain.ts";
import { checkCausalConsistency } from "../causal-consistency.ts";
import { checkCounterInterval } from "../counter-interval.ts";
import { type History, HistoryError, type Operation } from "../history.ts";
import { type CheckLimits, checkLinearizability } from "../linearizability.ts";
import { checkPramConsistency } from "../pram-consistency.ts";
import type { ReadWriteHistory } from "../reads-from.ts";
import { checkSequentialConsistency } from "../sequential-consistency.ts";
import {
  checkMonotonicReads,
  checkMonotonicWrites,
  checkReadYourWrites,
  checkWritesFollowReads,
  type SessionVerdict,
} from "../session-guarantees.ts";
import { checkSetInterval } from "../set-interval.ts";
import { describeOperation, type Specification } from "../specification.ts";
import type { CounterInput } from "../specifications/counter.ts";
import type { SetInput, SetOutput } from "../specifications/set.ts";
import type { HistoryModel } from "./history-models.ts";
import { type ObjectHistory, objectHistory } from "./object-history.ts";
import type { RecordedHistory, RecordedOperation } from "./recorded-history.ts";
import { type RecordedVerdict, type ToldCulprit, type ToldOperation, toldOperation } from "./recorded-verdict.ts";

/** What a history of one object can be held to. */
export type ObjectConsistency =
  | "linearizable"
  | "sequential"
  | "causal"
  | "pram"
  | "read-your-writes"
  | "monotonic-reads"
  | "monotonic-writes"
  | "writes-follow-reads"
  | "interval"
  | "final-interval";

/** Their names. */
export const objectConsistencies: readonly ObjectConsistency[] = [
  "linearizable",
  "sequential",
  "causal",
  "pram",
  "read-your-writes",
  "monotonic-reads",
  "monotonic-writes",
  "writes-follow-reads",
  "interval",
  "final-interval",
];

/** How to check. */
export interface RecordedCheck extends CheckLimits {
  readonly consistency: ObjectConsistency;
  /** What the object holds at first; the model's own when absent. */
  readonly initial?: unknown;
}

/** Tells operations by what was recorded of them. */
class Teller {
  readonly #history: RecordedHistory;
  readonly #recordOf: ObjectHistory["recordOf"];
  readonly #specification: Specification<unknown, unknown, unknown>;

  constructor(
    history: RecordedHistory,
    objects: ObjectHistory,
    specification: Specification<unknown, unknown, unknown>,
  ) {
    this.#history = history;
    this.#recordOf = objects.recordOf;
    this.#specification = specification;
  }

  told(operation: Operation<unknown, unknown>): ToldOperation {
    const record = this.#recordOf.get(operation) as RecordedOperation;
    const key = this.#specification.keyOf?.(operation.input);
    return toldOperation(this.#history, record, describeOperation(this.#specification, operation), key);
  }

  all(operations: readonly Operation<unknown, unknown>[]): readonly ToldOperation[] {
    return operations.map((operation) => this.told(operation));
  }

  /** An order with the state after each operation. */
  states(
    operations: readonly Operation<unknown, unknown>[],
    before: unknown,
    order: readonly Operation<unknown, unknown>[],
  ): NonNullable<ToldCulprit["best"]> {
    let state = before;
    return order.map((operation) => {
      const { input, output, returnedAt } = operation;
      state = this.#specification.step(state, input, returnedAt === undefined ? undefined : output);
      return { operation: operations.indexOf(operation), state: describe(state) };
    });
  }
}

type Checker = (
  objects: ObjectHistory,
  specification: Specification<unknown, unknown, unknown>,
  teller: Teller,
  check: RecordedCheck,
) => RecordedVerdict;

const linearizable: Checker = ({ operations }, specification, teller, limits) => {
  const result = checkLinearizability(operations, specification, limits);
  if (result.verdict === "holds") return { verdict: "holds", witness: teller.all(result.witness) };
  if (result.verdict === "unknown") return { verdict: "unknown", reason: result.reason };
  const { key, sentence, minimal, before, misfit, best, operations: few } = result.culprit;
  return {
    verdict: "violated",
    culprit: {
      sentence,
      ...(key === undefined ? {} : { key }),
      operations: teller.all(few),
      minimal,
      before: before.map((state) => describe(state)),
      misfit: few.indexOf(misfit),
      best: teller.states(few, best.before, best.order),
    },
  };
};

const sequential: Checker = ({ operations }, specification, teller, limits) => {
  const result = checkSequentialConsistency(operations, specification, limits);
  if (result.verdict === "holds") return { verdict: "holds", witness: teller.all(result.witness) };
  if (result.verdict === "unknown") return { verdict: "unknown", reason: result.reason };
  const { sentence, minimal, best, operations: few } = result.culprit;
  const order = teller.states(few, specification.init(), best.order);
  return { verdict: "violated", culprit: { sentence, operations: teller.all(few), minimal, best: order } };
};

type WeakChecker = typeof checkCausalConsistency | typeof checkPramConsistency;

const weak =
  (checkWeak: WeakChecker): Checker =>
  ({ operations }, specification, teller, { expired, stepsMax, bytesMax }) => {
    const result = checkWeak(operations as ReadWriteHistory, {
      initial: initialOf(specification),
      ...(expired === undefined ? {} : { expired }),
      ...(stepsMax === undefined ? {} : { workMax: stepsMax }),
      ...(bytesMax === undefined ? {} : { bytesMax }),
    });
    if (result.verdict === "unknown") return result;
    if (result.verdict === "holds")
      return {
        verdict: "holds",
        views: result.views.map(({ process, order }) => ({ process, order: teller.all(order) })),
      };
    const { sentence, minimal, operations: few } = result.culprit;
    return { verdict: "violated", culprit: { sentence, operations: teller.all(few), minimal } };
  };

/** What a read answers before any write. */
const initialOf = ({ register, init }: Specification<unknown, unknown, unknown>): unknown =>
  register === undefined ? init() : register.initial;

const session =
  (check: (history: ReadWriteHistory, knowledge: { readonly initial?: unknown }) => SessionVerdict): Checker =>
  ({ operations }, specification, teller) => {
    const result = check(operations as ReadWriteHistory, { initial: initialOf(specification) });
    if (result.verdict === "holds") return { verdict: "holds" };
    if (result.verdict === "unknown") return { verdict: "unknown", reason: result.reason };
    const { sentence, operations: few } = result.culprit;
    return { verdict: "violated", culprit: { sentence, operations: teller.all(few) } };
  };

const isAnsweredRead = ({ input, returnedAt, output }: Operation<unknown, unknown>): boolean =>
  !isChange(input) && returnedAt !== undefined && output !== undefined;

/** Whether a read was called after every change had its answer, or was called where none came. */
const isFinal = (operations: ObjectHistory["operations"]): ((read: Operation<unknown, unknown>) => boolean) => {
  let last = -1;
  for (const { input, invokeEvent = 0, returnEvent } of operations)
    if (isChange(input)) last = Math.max(last, returnEvent ?? invokeEvent);
  return ({ invokeEvent = 0 }) => invokeEvent > last;
};

const isChange = (input: unknown): boolean => {
  const { kind } = input as SetInput<unknown> | CounterInput;
  return kind === "add" || kind === "remove";
};

const interval =
  (isOfFinal: boolean): Checker =>
  ({ operations }, specification, teller) => {
    const isSettled = isOfFinal ? isFinal(operations) : () => true;
    const first = specification.init();
    const result =
      typeof first === "number"
        ? checkCounterInterval(operations as History<CounterInput, number>, { initial: first, isSettled })
        : checkSetInterval(operations as History<SetInput<string | number>, SetOutput<string | number>>, {
            initial: [...(first as Iterable<string | number>)],
            isSettled,
          });
    if (result.verdict === "unknown") return { verdict: "unknown", reason: result.reason };
    if (result.verdict === "violated")
      return {
        verdict: "violated",
        culprit: { sentence: result.culprit.sentence, operations: teller.all(result.culprit.operations) },
      };
    const isExercised = operations.some((each) => isAnsweredRead(each) && isSettled(each));
    if (isExercised) return { verdict: "holds" };
    return { verdict: "unknown", reason: "never exercised: no read was called after the last change" };
  };

const checkers: { readonly [Consistency in ObjectConsistency]: Checker } = {
  linearizable,
  sequential,
  causal: weak(checkCausalConsistency),
  pram: weak(checkPramConsistency),
  "read-your-writes": session(checkReadYourWrites),
  "monotonic-reads": session(checkMonotonicReads),
  "monotonic-writes": session(checkMonotonicWrites),
  "writes-follow-reads": session(checkWritesFollowReads),
  interval: interval(false),
  "final-interval": interval(true),
};

const accesses: ReadonlySet<string> = new Set(["read", "get", "write", "put"]);

const refuseIntervals = (history: RecordedHistory, { name }: HistoryModel, consistency: ObjectConsistency): void => {
  if (name === "set" || name === "counter") return;
  throw history.source.error(
    `${consistency} is told of a set or a counter: expected --model set or counter, found ${name}`,
    history.operations[0]?.invokeOffset ?? 0,
  );
};

/** The weaker models know reads and writes only. */
const refuseOthers = (history: RecordedHistory, objects: ObjectHistory, consistency: ObjectConsistency): void => {
  for (const [{ input }, { invokeOffset, name }] of objects.recordOf) {
    if (accesses.has((input as { readonly kind: string }).kind)) continue;
    throw history.source.error(
      `${consistency} is told from reads and writes: expected one of these, found ${name} (--consistency linearizable or sequential knows it)`,
      invokeOffset,
    );
  }
};

/**
 * Holds a recorded history against a consistency model. Throws `HistoryFormatError` where the history is not one of the
 * model.
 */
export const checkRecorded = (history: RecordedHistory, model: HistoryModel, check: RecordedCheck): RecordedVerdict => {
  const objects = objectHistory(history, model);
  const specification = model.specification(check.initial ?? (history.format === "porcupine-kv" ? "" : undefined));
  const { consistency } = check;
  if (consistency === "interval" || consistency === "final-interval") refuseIntervals(history, model, consistency);
  else if (consistency !== "linearizable" && consistency !== "sequential") refuseOthers(history, objects, consistency);
  const teller = new Teller(history, objects, specification);
  try {
    return checkers[check.consistency](objects, specification, teller, check);
  } catch (thrown) {
    // Values written twice, and processes that do two things at once, hide what these models speak of.
    if (thrown instanceof HistoryError) return { verdict: "unknown", reason: thrown.message };
    throw thrown;
  }
};

/** All operations of a recorded history as they are told, without those that failed. */
export const tellRecorded = (history: RecordedHistory, model: HistoryModel): readonly ToldOperation[] => {
  const objects = objectHistory(history, model);
  const teller = new Teller(history, objects, model.specification(undefined));
  return teller.all(objects.operations);
};
