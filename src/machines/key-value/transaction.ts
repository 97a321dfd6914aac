import type { Bytes } from "./bytes.ts";
import { isKeyValueOperation, isPlainPut } from "./command-shape.ts";
import { type KeyValueState, put, remove, removeRange } from "./key-value-state.ts";
import type {
  Keys,
  KeyValue,
  KeyValueCompare,
  KeyValueLimits,
  KeyValueOperation,
  KeyValueRefusal,
  KeyValueResponse,
  KeyValueTransaction,
} from "./key-value-types.ts";
import { createRevisionAt, keyValueAt, lengthAt, modRevisionAt, valueAt, versionAt } from "./leaf-values.ts";
import { liesIn, range, spanOf, visitKeys } from "./range.ts";
import { keyBytes } from "./sums.ts";
import { type Place, treeFind } from "./tree.ts";

/** Why these keys are refused, or null. */
export const keysRefusal = ({ key, end = "" }: Keys, { keyBytesMax }: KeyValueLimits): KeyValueRefusal | null => {
  if (key === "") return "empty key";
  return key.length > keyBytesMax || end.length > keyBytesMax ? "key too large" : null;
};

const operationRefusal = (operation: KeyValueOperation, limits: KeyValueLimits): KeyValueRefusal | null => {
  if (operation.kind === "transaction") return transactionRefusal(operation, limits);
  const refusal = keysRefusal(operation, limits);
  if (refusal !== null || operation.kind !== "put") return refusal;
  return operation.value.length > limits.valueBytesMax ? "value too large" : null;
};

/** What a branch may write: keys that it puts, and spans that it deletes. */
interface Writes {
  readonly puts: Set<Bytes>;
  readonly deletes: ReturnType<typeof spanOf>[];
}

/** Adds what a nested transaction puts; false where something else of the same branch writes the same key. */
const addNested = (writes: Writes, success: Writes, failure: Writes): boolean => {
  const isDeleted = (key: Bytes): boolean => writes.deletes.some((span) => liesIn(key, span));
  for (const key of success.puts) if (writes.puts.has(key) || isDeleted(key)) return false;
  // Only one of the two is done, so both may put the same key.
  for (const key of failure.puts) if (writes.puts.has(key) || isDeleted(key)) return false;
  for (const key of [...success.puts, ...failure.puts]) writes.puts.add(key);
  writes.deletes.push(...success.deletes, ...failure.deletes);
  return true;
};

/** What a branch may write, or null where it may write a key twice. */
const writesOf = (operations: readonly KeyValueOperation[]): Writes | null => {
  const deletes = operations.flatMap((operation) => (operation.kind === "delete" ? [spanOf(operation)] : []));
  const writes: Writes = { puts: new Set(), deletes };
  for (const operation of operations) {
    if (operation.kind !== "transaction") continue;
    const [success, failure] = [writesOf(operation.success), writesOf(operation.failure)];
    if (success === null || failure === null || !addNested(writes, success, failure)) return null;
  }
  for (const operation of operations) {
    if (operation.kind !== "put") continue;
    const { key } = operation;
    if (writes.puts.has(key) || writes.deletes.some((span) => liesIn(key, span))) return null;
    writes.puts.add(key);
  }
  return writes;
};

const transactionRefusal = (transaction: KeyValueTransaction, limits: KeyValueLimits): KeyValueRefusal | null => {
  const { compare, success, failure } = transaction;
  for (const list of [compare, success, failure]) if (list.length > limits.operationsMax) return "too many operations";
  for (const keys of compare) {
    const refusal = keysRefusal(keys, limits);
    if (refusal !== null) return refusal;
  }
  for (const operation of [...success, ...failure]) {
    const refusal = operationRefusal(operation, limits);
    if (refusal !== null) return refusal;
  }
  return writesOf(success) === null || writesOf(failure) === null ? "duplicate key" : null;
};

const fulfils = (compare: KeyValueCompare, found: Place | null): boolean => {
  const { relation, value } = compare;
  // An absent key has no value to compare, not even to differ from.
  if (compare.target === "value" && found === null) return false;
  const is = found === null ? 0 : actual(compare.target, found);
  if (relation === "=") return is === value;
  if (relation === "!=") return is !== value;
  return relation === "<" ? is < value : is > value;
};

const actual = (target: KeyValueCompare["target"], { values, at }: Place): Bytes | number => {
  if (target === "value") return valueAt(values, at);
  if (target === "create") return createRevisionAt(values, at);
  return target === "mod" ? modRevisionAt(values, at) : versionAt(values, at);
};

const holds = (state: KeyValueState, compare: KeyValueCompare): boolean => {
  let found = false;
  let all = true;
  visitKeys(state, compare, (_key, values, at) => {
    found = true;
    all = fulfils(compare, { values, at });
    return all;
  });
  return found ? all : fulfils(compare, null);
};

/** What is there under keys. */
const entriesUnder = (state: KeyValueState, keys: Keys): KeyValue[] => {
  const entries: KeyValue[] = [];
  visitKeys(state, keys, (key, values, at) => entries.push(keyValueAt(key, values, at)) > 0);
  return entries;
};

/** Takes keys out; returns how many there were. */
const removeAll = (state: KeyValueState, keys: Keys): number => {
  if (keys.end === undefined || keys.end === "") return remove(state, keys.key);
  const { from, end } = spanOf(keys);
  return end === null || from < end ? removeRange(state, from, end) : 0;
};

type Put = KeyValueOperation & { readonly kind: "put" };

const putDone: KeyValueResponse = { kind: "put" };

/** Does a put at a revision. */
export const performPut = (state: KeyValueState, command: Put, revision: number): KeyValueResponse => {
  const { key, value } = command;
  if (command.previous !== true) {
    put(state, key, value, revision);
    return putDone;
  }
  const [previous = null] = entriesUnder(state, { key });
  put(state, key, value, revision);
  return { kind: "put", previous };
};

const performDelete = (
  state: KeyValueState,
  operation: KeyValueOperation & { readonly kind: "delete" },
): KeyValueResponse => {
  if (operation.previous !== true) return { kind: "delete", deleted: removeAll(state, operation) };
  const previous = entriesUnder(state, operation);
  return { kind: "delete", deleted: removeAll(state, operation), previous };
};

/** Why a put by itself is refused, or null: nothing is written before that is known. */
export const putRefusal = (
  state: KeyValueState,
  command: Put,
  limits: KeyValueLimits,
  storeBytesMax: number,
): KeyValueRefusal | null => {
  const isWellFormed = isPlainPut(command) || isKeyValueOperation(command);
  const refusal = isWellFormed ? operationRefusal(command, limits) : "malformed";
  if (refusal !== null) return refusal;
  const { key, value } = command;
  // Only a store that is nearly full looks at what the put replaces.
  if (state.root.bytes + key.length + value.length + keyBytes <= storeBytesMax) return null;
  const before = treeFind(state.root, key);
  const grows =
    before === null ? key.length + value.length + keyBytes : value.length - lengthAt(before.values, before.at);
  return grows > 0 && state.root.bytes + grows > storeBytesMax ? "no space" : null;
};

/** Does an operation at a revision. What it writes later operations of the same command see. */
const perform = (state: KeyValueState, operation: KeyValueOperation, revision: number): KeyValueResponse => {
  if (operation.kind === "range") return range(state, operation);
  if (operation.kind === "put") return performPut(state, operation, revision);
  if (operation.kind === "delete") return performDelete(state, operation);
  const succeeded = operation.compare.every((compare) => holds(state, compare));
  const branch = succeeded ? operation.success : operation.failure;
  return {
    kind: "transaction",
    succeeded,
    responses: branch.map((each) => perform(state, each, revision)),
  };
};

/** What a command comes to: a refusal, or what it gives. */
export type Performed =
  | { readonly refused: KeyValueRefusal }
  | { readonly refused: null; readonly response: KeyValueResponse };

const hasWritten = (response: KeyValueResponse): boolean => {
  if (response.kind === "delete") return response.deleted > 0;
  if (response.kind === "transaction") return response.responses.some(hasWritten);
  return response.kind === "put";
};

/** Why a command is refused whatever is in the store, or null. */
export const commandRefusal = (command: KeyValueOperation, limits: KeyValueLimits): KeyValueRefusal | null =>
  isKeyValueOperation(command) ? operationRefusal(command, limits) : "malformed";

/** How much larger a command makes a store at most. */
export const growthMax = (operation: KeyValueOperation): number => {
  if (operation.kind === "put") return operation.key.length + operation.value.length + keyBytes;
  if (operation.kind !== "transaction") return 0;
  const sum = (branch: readonly KeyValueOperation[]): number =>
    branch.reduce((bytes, each) => bytes + growthMax(each), 0);
  return Math.max(sum(operation.success), sum(operation.failure));
};

/**
 * Does a command, wholly or not at all. A command that writes makes a new revision, one for all that it writes; one that
 * deletes nothing, or only reads, makes none. `state` is the caller's to throw away when the command is refused.
 */
export const performCommand = (state: KeyValueState, command: KeyValueOperation, storeBytesMax: number): Performed => {
  const { bytes } = state.root;
  const response = perform(state, command, state.revision + 1);
  if (hasWritten(response)) state.revision++;
  if (state.root.bytes > storeBytesMax && state.root.bytes > bytes) return { refused: "no space" };
  return { refused: null, response };
};
