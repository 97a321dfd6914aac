import type { Operation } from "../history.ts";
import { type HistoryModel, historyModels, RecordedCall, type Translated, UnfitOperation } from "./history-models.ts";
import type { RecordedHistory, RecordedOperation } from "./recorded-history.ts";

/** A history of operations on one object, each with the record that it came from. */
export interface ObjectHistory {
  readonly operations: readonly Operation<unknown, unknown>[];
  readonly recordOf: ReadonlyMap<Operation<unknown, unknown>, RecordedOperation>;
}

const listed = (names: readonly string[]): string => names.join(", ");

/** Models that know all functions of a history, as a hint. */
const hintFor = ({ operations }: RecordedHistory): string => {
  const names = new Set(operations.map(({ name }) => name ?? "txn"));
  const fitting = historyModels.filter(({ functions }) => [...names].every((name) => Object.hasOwn(functions, name)));
  const hints = names.has("txn") ? ["list-append", "rw-register"] : fitting.map(({ name }) => name);
  return hints.length === 0 ? "" : `; --model ${hints.join(" or ")} has what this history calls`;
};

const translated = (
  history: RecordedHistory,
  model: HistoryModel,
  operation: RecordedOperation,
): Translated<unknown, unknown> => {
  const { name = "txn", invokeOffset, returnOffset } = operation;
  const translate = Object.hasOwn(model.functions, name) ? model.functions[name] : model.other;
  if (translate === undefined) {
    throw history.source.error(
      `the model ${model.name} has no function "${name}": expected ${listed(Object.keys(model.functions))}${hintFor(history)}`,
      invokeOffset,
    );
  }
  try {
    return translate(new RecordedCall(operation, model.name === "kv" || model.name === "list-append"));
  } catch (thrown) {
    if (!(thrown instanceof UnfitOperation)) throw thrown;
    const offset = thrown.isResult ? (returnOffset ?? invokeOffset) : invokeOffset;
    throw history.source.error(`${model.name}: ${thrown.message}, in ${name}`, offset);
  }
};

const operationOf = (
  { process, invokedAt, invokeEvent, returnedAt, returnEvent }: RecordedOperation,
  { input, output }: Translated<unknown, unknown>,
): Operation<unknown, unknown> => ({
  process,
  input,
  invokedAt,
  invokeEvent,
  ...(returnedAt === undefined || returnEvent === undefined ? {} : { returnedAt, returnEvent }),
  ...(output === undefined ? {} : { output }),
});

/**
 * A recorded history as one of a given object. What failed did not happen, and is left out. Throws `HistoryFormatError`
 * where an operation is none of that object's.
 */
export const objectHistory = (history: RecordedHistory, model: HistoryModel): ObjectHistory => {
  const recordOf = new Map<Operation<unknown, unknown>, RecordedOperation>();
  for (const operation of history.operations) {
    const call = translated(history, model, operation);
    if (operation.outcome !== "fail") recordOf.set(operationOf(operation, call), operation);
  }
  return { operations: [...recordOf.keys()], recordOf };
};
