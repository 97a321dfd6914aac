import { describe } from "./plain-describe.ts";
import { encode } from "./plain-encode.ts";
import { equal } from "./plain-equal.ts";
import { propertyPath } from "./plain-refusal.ts";

/**
 * One place where two values differ. `undefined` on one side stands for a part that is not there. A path that ends in
 * `(order)` holds the keys of both sides, which are the same in another order.
 */
export interface PlainDifference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Differences in one answer: more than a reader takes in, and a bound for the page that shows them. */
export const DIFFERENCES_MAX: number = 100;

type Table = { readonly [key: string]: unknown };
type Pairs = ReadonlyMap<unknown, unknown>;

const KEY_SHOWN_MAX = 40;

const isFull = (found: readonly PlainDifference[]): boolean => found.length >= DIFFERENCES_MAX;

const report = (found: PlainDifference[], path: string, before: unknown, after: unknown): void => {
  if (!isFull(found)) found.push({ path, before, after });
};

/** Equal keys of a Map or Set, also those that are objects, have the same identity; different ones never. */
const identity = (key: unknown): string => {
  let text = "";
  for (const byte of encode(key, "key")) text += String.fromCharCode(byte);
  return text;
};

/** Parts in order, each under its identity and with what a path calls it. */
type Parts = ReadonlyMap<string, { readonly path: string; readonly key: unknown; readonly value: unknown }>;

const partsOfTable = (value: Table, path: string): Parts =>
  new Map(Object.keys(value).map((key) => [key, { path: propertyPath(path, key), key, value: value[key] }]));

const partsOfMap = (value: Pairs, path: string): Parts =>
  new Map(
    [...value].map(([key, item]) => [
      identity(key),
      { path: `${path}.get(${describe(key, KEY_SHOWN_MAX)})`, key, value: item },
    ]),
  );

const partsOfSet = (value: ReadonlySet<unknown>, path: string): Parts =>
  new Map(
    [...value].map((item) => [
      identity(item),
      { path: `${path}.has(${describe(item, KEY_SHOWN_MAX)})`, key: item, value: item },
    ]),
  );

const diffByKey = (found: PlainDifference[], path: string, before: Parts, after: Parts): void => {
  for (const [id, part] of before) {
    const other = after.get(id);
    if (other === undefined) report(found, part.path, part.value, undefined);
    else diffParts(found, part.path, part.value, other.value);
  }
  for (const [id, part] of after) {
    if (!before.has(id)) report(found, part.path, undefined, part.value);
  }
  diffOrder(found, path, before, after);
};

/** Order is a difference of its own only where nothing came or went, else the reader is told twice. */
const diffOrder = (found: PlainDifference[], path: string, before: Parts, after: Parts): void => {
  if (before.size !== after.size || equal([...before.keys()], [...after.keys()])) return;
  for (const id of before.keys()) if (!after.has(id)) return;
  const keysOf = (parts: Parts): unknown[] => [...parts.values()].map(({ key }) => key);
  report(found, path === "" ? "(order)" : `${path} (order)`, keysOf(before), keysOf(after));
};

/**
 * What both arrays start and end with is no difference, so a queue whose first item left differs in one place, not in
 * all. Items that left are numbered as before, items that came as after.
 */
const diffArrays = (
  found: PlainDifference[],
  path: string,
  before: readonly unknown[],
  after: readonly unknown[],
): void => {
  let start = 0;
  let end = before.length;
  let otherEnd = after.length;
  while (start < end && start < otherEnd && equal(before[start], after[start])) start++;
  while (end > start && otherEnd > start && equal(before[end - 1], after[otherEnd - 1])) {
    end--;
    otherEnd--;
  }
  for (let index = start; index < Math.max(end, otherEnd) && !isFull(found); index++) {
    const below = `${path}[${index}]`;
    if (index < end && index < otherEnd) diffParts(found, below, before[index], after[index]);
    else if (index < end) report(found, below, before[index], undefined);
    else report(found, below, undefined, after[index]);
  }
};

/** The one prototype that both values have, or undefined. */
const commonShape = (before: unknown, after: unknown): unknown => {
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null) return undefined;
  const shape: unknown = Object.getPrototypeOf(before) ?? Object.prototype;
  return shape === (Object.getPrototypeOf(after) ?? Object.prototype) ? shape : undefined;
};

const diffParts = (found: PlainDifference[], path: string, before: unknown, after: unknown): void => {
  if (before === after || isFull(found)) return;
  const shape = commonShape(before, after);
  if (shape === Array.prototype) {
    diffArrays(found, path, before as readonly unknown[], after as readonly unknown[]);
  } else if (shape === Object.prototype) {
    diffByKey(found, path, partsOfTable(before as Table, path), partsOfTable(after as Table, path));
  } else if (shape === Map.prototype) {
    diffByKey(found, path, partsOfMap(before as Pairs, path), partsOfMap(after as Pairs, path));
  } else if (shape === Set.prototype) {
    const [items, others] = [before as ReadonlySet<unknown>, after as ReadonlySet<unknown>];
    diffByKey(found, path, partsOfSet(items, path), partsOfSet(others, path));
  } else if (!equal(before, after)) {
    report(found, path, before, after);
  }
};

/**
 * Where two values of plain data differ, as paths such as `pending[3].body`, `votes.get("a")` or `seen.has(7)`; the
 * path of the whole value is empty. No difference means `equal`. At most DIFFERENCES_MAX, in the order of `before`.
 *
 * @throws PlainDataError for a Map key or Set item that is not plain data.
 */
export const diffPlain = (before: unknown, after: unknown): PlainDifference[] => {
  const found: PlainDifference[] = [];
  diffParts(found, "", before, after);
  return found;
};
