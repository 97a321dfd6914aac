import { anything, fieldsOf, kindsOf, listOf, optional, type Shape } from "../../model/index.ts";
import { isBytes } from "./bytes.ts";
import type { KeyValueCompare, KeyValueOperation, RangeRequest } from "./key-value-types.ts";

const flag: Shape = (value) => typeof value === "boolean";
const number: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const among =
  (...names: readonly string[]): Shape =>
  (value) =>
    names.includes(value as string);

const sort = fieldsOf<NonNullable<RangeRequest["sort"]>>({
  by: among("key", "value", "create", "mod", "version"),
  descending: flag,
});

const rangeFields = {
  key: isBytes,
  end: optional(isBytes),
  limit: optional(number),
  countOnly: optional(flag),
  keysOnly: optional(flag),
  asArrays: optional(flag),
  sort: optional(sort),
  modRevisionMin: optional(number),
  modRevisionMax: optional(number),
  createRevisionMin: optional(number),
  createRevisionMax: optional(number),
};

/** A value may come as it is, which costs least, or as text. */
const isValue: Shape = (value) => value instanceof Uint8Array || isBytes(value);

const compareFields: Shape = fieldsOf<KeyValueCompare>({
  key: isBytes,
  end: optional(isBytes),
  relation: among("=", "!=", "<", ">"),
  target: among("value", "create", "mod", "version"),
  value: anything,
});

const compare: Shape = (value) => {
  if (!compareFields(value)) return false;
  const { target, value: wanted } = value as KeyValueCompare;
  return target === "value" ? isBytes(wanted) : number(wanted);
};

/** Transactions may stand inside one another so deep. */
const depthMax = 8;

const nothing: Shape = () => false;

const operationAround = (inner: Shape): Shape =>
  kindsOf<KeyValueOperation>({
    put: { key: isBytes, value: isValue, previous: optional(flag) },
    delete: { key: isBytes, end: optional(isBytes), previous: optional(flag) },
    range: rangeFields,
    transaction: { compare: listOf(compare), success: listOf(inner), failure: listOf(inner) },
  });

const operationWithin = (depth: number): Shape => operationAround(depth === 0 ? nothing : operationWithin(depth - 1));

/** Whether something is a command, so far as its form goes. Commands come from clients, who may send anything. */
export const isKeyValueOperation: Shape = operationWithin(depthMax);

/** Whether something is a put that asks for nothing: most commands are, and this is seen at one look. */
export const isPlainPut: Shape = (value) => {
  const {
    kind,
    key,
    value: bytes,
  } = value as { readonly kind?: unknown; readonly key?: unknown; readonly value?: unknown };
  return kind === "put" && isBytes(key) && isValue(bytes) && Object.keys(value as object).length === 3;
};

/** Whether something is a range to read. */
export const isRangeRequest: Shape = fieldsOf<RangeRequest>(rangeFields);
