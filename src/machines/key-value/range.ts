import { arrayOf, type Bytes } from "./bytes.ts";
import type { KeyValueState } from "./key-value-state.ts";
import type { Keys, KeyValue, RangeRequest, RangeResponse, SortTarget } from "./key-value-types.ts";
import {
  createRevisionAt,
  keyValueAt,
  type LeafValues,
  lengthAt,
  modRevisionAt,
  type ValueForm,
} from "./leaf-values.ts";
import { treeFind, treeRank, treeVisit } from "./tree.ts";

/** Keys from `from` on that are below `end`, null for no end. */
interface Span {
  readonly from: Bytes;
  readonly end: Bytes | null;
}

/** The span of keys, as etcd reads them: see `Keys`. */
export const spanOf = ({ key, end = "" }: Keys): Span => {
  if (end === "") return { from: key, end: `${key}\0` };
  return { from: key, end: end === "\0" ? null : end };
};

/** Whether a key lies in a span. */
export const liesIn = (key: Bytes, { from, end }: Span): boolean => key >= from && (end === null || key < end);

/** Calls `visit` for what is stored under keys, ascending, until it returns false. */
export const visitKeys = (
  { root }: KeyValueState,
  keys: Keys,
  visit: (key: Bytes, values: LeafValues, at: number) => boolean,
): void => {
  if (keys.end === undefined || keys.end === "") {
    const found = treeFind(root, keys.key);
    if (found !== null) visit(keys.key, found.values, found.at);
    return;
  }
  const { from, end } = spanOf(keys);
  if (end === null || from < end) treeVisit(root, from, end, visit);
};

const countOf = ({ root }: KeyValueState, keys: Keys): number => {
  if (keys.end === undefined || keys.end === "") return treeFind(root, keys.key) === null ? 0 : 1;
  const { from, end } = spanOf(keys);
  return Math.max(0, (end === null ? root.size : treeRank(root, end)) - treeRank(root, from));
};

const valueFor: { readonly [T in SortTarget]: (entry: KeyValue) => Bytes | number } = {
  key: ({ key }) => key,
  // Of what is sorted by value the values are text.
  value: ({ value }) => value as Bytes,
  create: ({ createRevision }) => createRevision,
  mod: ({ modRevision }) => modRevision,
  version: ({ version }) => version,
};

const sorted = (entries: KeyValue[], { by, descending }: { by: SortTarget; descending: boolean }): KeyValue[] => {
  const value = valueFor[by];
  const sign = descending ? -1 : 1;
  // The sort is stable: what is equal stays in the order of the keys.
  return entries.sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    return a < b ? -sign : a > b ? sign : 0;
  });
};

const isBounded = (request: RangeRequest): boolean =>
  (request.modRevisionMin ?? 0) > 0 ||
  (request.modRevisionMax ?? 0) > 0 ||
  (request.createRevisionMin ?? 0) > 0 ||
  (request.createRevisionMax ?? 0) > 0;

const isWithin = (request: RangeRequest, modRevision: number, createRevision: number): boolean => {
  const { modRevisionMin = 0, modRevisionMax = 0, createRevisionMin = 0, createRevisionMax = 0 } = request;
  return (
    modRevision >= modRevisionMin &&
    (modRevisionMax === 0 || modRevision <= modRevisionMax) &&
    createRevision >= createRevisionMin &&
    (createRevisionMax === 0 || createRevision <= createRevisionMax)
  );
};

const formOf = ({ keysOnly, asArrays }: RangeRequest): ValueForm =>
  keysOnly === true ? "none" : asArrays === true ? "array" : "text";

/** An entry with its value as text, in another form. */
const reformed = ({ key, value, createRevision, modRevision, version }: KeyValue, form: ValueForm): KeyValue => ({
  key,
  value: form === "none" ? "" : form === "array" && typeof value === "string" ? arrayOf(value) : value,
  createRevision,
  modRevision,
  version,
});

/** Reads keys. Takes time for what it looks at: all keys of the range where it sorts or bounds, else as many as it gives. */
export const range = (state: KeyValueState, request: RangeRequest): RangeResponse => {
  const count = countOf(state, request);
  if (request.countOnly === true) return { kind: "range", entries: [], count, more: false };
  const { limit = 0, sort } = request;
  const isOrdered = sort === undefined || (sort.by === "key" && !sort.descending);
  const stopsEarly = limit > 0 && isOrdered;
  const entries: KeyValue[] = [];
  const bounded = isBounded(request);
  // What is sorted by is text until it is.
  const byValue = sort?.by === "value";
  const form = byValue ? "text" : formOf(request);
  visitKeys(state, request, (key, values, at) => {
    if (stopsEarly && entries.length > limit) return false;
    if (bounded && !isWithin(request, modRevisionAt(values, at), createRevisionAt(values, at))) return true;
    entries.push(keyValueAt(key, values, at, form));
    return true;
  });
  const ordered = isOrdered ? entries : sorted(entries, sort);
  const more = limit > 0 && ordered.length > limit;
  const taken = more ? ordered.slice(0, limit) : ordered;
  return {
    kind: "range",
    entries: byValue ? taken.map((entry) => reformed(entry, formOf(request))) : taken,
    count,
    more,
  };
};

/** Bytes of one part of an answer, about. */
const partBytesMax = 262_144;

/** Where the next part of an answer begins, and how many entries the limit leaves for it. */
export interface RangeCursor {
  readonly key: Bytes;
  /** 0 where there is no limit. */
  readonly limit: number;
}

/**
 * Reads keys part by part, in the order of the keys; a range that is sorted otherwise, or bounded by revisions, is one
 * part. The first part has the count, the last one tells whether the limit left some out.
 */
export const rangePart = (
  state: KeyValueState,
  request: RangeRequest,
  cursor: RangeCursor | null,
  partEntriesMax: number,
): { readonly response: RangeResponse; readonly next: RangeCursor | null } => {
  const { limit = 0, sort, keysOnly = false, end = "" } = request;
  const isPlain = end !== "" && (sort === undefined || (sort.by === "key" && !sort.descending)) && !isBounded(request);
  if (!isPlain || request.countOnly === true) return { response: range(state, request), next: null };
  const count = cursor === null ? countOf(state, request) : 0;
  const left = cursor === null ? limit : cursor.limit;
  const entries: KeyValue[] = [];
  let bytes = 0;
  let next: RangeCursor | null = null;
  let more = false;
  visitKeys(state, { key: cursor?.key ?? request.key, end }, (key, values, at) => {
    more = limit > 0 && entries.length === left;
    if (more) return false;
    if (entries.length >= partEntriesMax || bytes >= partBytesMax) {
      next = { key, limit: limit === 0 ? 0 : left - entries.length };
      return false;
    }
    entries.push(keyValueAt(key, values, at, formOf(request)));
    bytes += key.length + (keysOnly ? 0 : lengthAt(values, at));
    return true;
  });
  return { response: { kind: "range", entries, count, more }, next };
};
