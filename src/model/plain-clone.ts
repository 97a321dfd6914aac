import { located, stumbled } from "./plain-refusal.ts";

/** Whether this part is more than a value that two may share: something to copy, or to refuse. */
const isMore = (part: unknown): boolean =>
  typeof part === "object" ? part !== null : typeof part === "function" || typeof part === "symbol";

const copyArray = (value: readonly unknown[]): unknown[] => {
  const copied = value.slice();
  for (let index = 0; index < copied.length; index++) {
    const item = copied[index];
    if (isMore(item)) copied[index] = copy(item);
  }
  return copied;
};

/** A spread keeps the hidden class of the original; only the parts that are objects are then copied one by one. */
const copyObject = (value: object): object => {
  const copied: { [key: string]: unknown } = { ...value };
  for (const key in copied) {
    const item = copied[key];
    if (isMore(item)) copied[key] = copy(item);
  }
  return copied;
};

const copyMap = (value: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> => {
  const copied = new Map<unknown, unknown>();
  for (const entry of value) copied.set(copy(entry[0]), copy(entry[1]));
  return copied;
};

const copySet = (value: ReadonlySet<unknown>): Set<unknown> => {
  const copied = new Set<unknown>();
  for (const item of value) copied.add(copy(item));
  return copied;
};

const copy = (value: unknown): unknown => {
  if (typeof value === "function" || typeof value === "symbol") throw stumbled;
  if (typeof value !== "object" || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) return copyArray(value as readonly unknown[]);
  if (prototype === Object.prototype || prototype === null) return copyObject(value);
  if (prototype === Map.prototype) return copyMap(value as ReadonlyMap<unknown, unknown>);
  if (prototype === Set.prototype) return copySet(value as ReadonlySet<unknown>);
  if (prototype === Uint8Array.prototype) return (value as Uint8Array).slice();
  throw stumbled;
};

/**
 * A deep copy of plain data that shares nothing with the original and is not frozen, whatever the original was. It is
 * fast rather than strict: it refuses what it cannot copy, and leaves the rest of the rules to `encode`.
 *
 * @throws PlainDataError for functions, symbols, class instances and cycles.
 */
export const clone = <T>(value: T): T => {
  try {
    return copy(value) as T;
  } catch (error) {
    throw located(error, value, "value");
  }
};
