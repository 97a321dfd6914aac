import { hashText, hashWord } from "../model/plain.ts";

/*
 * Equality of plain data by content. The model's own `equal` also compares the order of insertion, because a protocol
 * that iterates can see it. Abstract states, and answers that came over a wire, are what they contain: {a, b} is
 * {b, a}, and two sets with the same members are one state of the search.
 */

const float = new Float64Array(1);
const halves = new Uint32Array(float.buffer);

/** -0 hashes as 0, since it equals 0. */
const hashNumber = (value: number): number => {
  if ((value | 0) === value) return hashWord(1, value | 0);
  float[0] = value;
  return hashWord(hashWord(2, halves[0] as number), halves[1] as number);
};

/** Parts in any order: a sum, each part mixed before. */
const hashObject = (value: object): number => {
  let hash = 0;
  if (Array.isArray(value)) {
    for (const item of value) hash = hashWord(hash, hashContent(item));
    return hashWord(hash, 3);
  }
  if (value instanceof Uint8Array) {
    for (const byte of value) hash = hashWord(hash, byte);
    return hashWord(hash, 4);
  }
  if (value instanceof Map) {
    for (const [key, item] of value) hash = (hash + hashWord(hashContent(key), hashContent(item))) | 0;
    return hashWord(hash, 5);
  }
  if (value instanceof Set) {
    for (const item of value) hash = (hash + hashWord(9, hashContent(item))) | 0;
    return hashWord(hash, 6);
  }
  for (const [key, item] of Object.entries(value)) hash = (hash + hashWord(hashText(7, key), hashContent(item))) | 0;
  return hashWord(hash, 7);
};

/** A 32-bit hash: data of equal content have equal hashes. */
export const hashContent = (value: unknown): number => {
  if (typeof value === "number") return hashNumber(value);
  if (typeof value === "string") return hashText(8, value);
  if (typeof value === "object" && value !== null) return hashObject(value);
  return hashText(0, `${typeof value} ${String(value)}`);
};

/** Keys and members that are objects are looked for one by one. */
const holds = (items: Iterable<unknown>, item: unknown): boolean => {
  if (typeof item !== "object" || item === null) return false;
  for (const other of items) if (equalContent(item, other)) return true;
  return false;
};

const equalMaps = (a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean => {
  if (a.size !== b.size) return false;
  for (const [key, item] of a) {
    if (b.has(key) ? !equalContent(item, b.get(key)) : !holds(b, [key, item])) return false;
  }
  return true;
};

const equalSets = (a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean => {
  if (a.size !== b.size) return false;
  for (const item of a) if (!b.has(item) && !holds(b, item)) return false;
  return true;
};

const equalLists = (a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean => {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (!equalContent(a[at], b[at])) return false;
  return true;
};

const equalTables = (a: object, b: object): boolean => {
  const entries = Object.entries(a);
  const other = b as { readonly [key: string]: unknown };
  if (entries.length !== Object.keys(b).length) return false;
  return entries.every(([key, item]) => Object.hasOwn(b, key) && equalContent(item, other[key]));
};

const equalObjects = (a: object, b: object): boolean => {
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && equalLists(a, b);
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && equalLists(a, b);
  }
  if (a instanceof Map || b instanceof Map) return a instanceof Map && b instanceof Map && equalMaps(a, b);
  if (a instanceof Set || b instanceof Set) return a instanceof Set && b instanceof Set && equalSets(a, b);
  return equalTables(a, b);
};

/** Whether two values of plain data have the same content, whatever the order of keys and members. */
export const equalContent = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  return typeof a === "object" && typeof b === "object" && a !== null && b !== null && equalObjects(a, b);
};
