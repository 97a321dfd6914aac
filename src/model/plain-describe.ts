import { decode } from "./plain-decode.ts";
import { COMPACT_FORMAT, FORMAT } from "./plain-format.ts";
import { DEPTH_MAX } from "./plain-refusal.ts";

const ELLIPSIS = "…";
const NAME = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
const LIMIT_MAX = 1_000_000;
const BYTES_SHOWN_MAX = 16;
/** Longer bytes are not decoded to be shown. */
const ENCODED_SHOWN_MAX = 1_048_576;

/** Text gathered up to a limit, so that a large value costs no more than what is shown of it. */
interface Line {
  text: string;
  readonly limit: number;
  depth: number;
}

/** Adds `part`; false when the line is full and the rest would be cut anyway. */
const add = (line: Line, part: string): boolean => {
  line.text += part;
  return line.text.length <= line.limit;
};

/** What fits, never half a surrogate pair. */
const cut = ({ text, limit }: Line): string => {
  if (text.length <= limit) return text;
  const end = limit - ELLIPSIS.length;
  const splitsPair = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return text.slice(0, splitsPair ? end - 1 : end) + ELLIPSIS;
};

/** Adds every item with commas between; `addItem` says whether there was room for it. */
const addAll = <I>(line: Line, items: Iterable<I>, addItem: (item: I) => boolean): boolean => {
  let first = true;
  for (const item of items) {
    if (!first && !add(line, ", ")) return false;
    if (!addItem(item)) return false;
    first = false;
  }
  return true;
};

const addArray = (line: Line, value: readonly unknown[]): boolean =>
  add(line, "[") && addAll(line, value, (item) => addValue(line, item)) && add(line, "]");

const addMap = (line: Line, value: ReadonlyMap<unknown, unknown>): boolean => {
  const addEntry = ([key, item]: readonly [unknown, unknown]): boolean =>
    addValue(line, key) && add(line, " => ") && addValue(line, item);
  return add(line, "Map{") && addAll(line, value, addEntry) && add(line, "}");
};

const addSet = (line: Line, value: ReadonlySet<unknown>): boolean =>
  add(line, "Set{") && addAll(line, value, (item) => addValue(line, item)) && add(line, "}");

/**
 * What bytes are the encoding of, where they are one of an array or an object that holds something; else undefined. For
 * people: the commands of a client are encoded once and travel as bytes. Nothing but `encode` writes such bytes, or who
 * means to; a few short ones may look so by chance.
 */
export const encodedIn = (value: Uint8Array): object | undefined => {
  if ((value[0] !== FORMAT && value[0] !== COMPACT_FORMAT) || value.length > ENCODED_SHOWN_MAX) return undefined;
  try {
    const decoded = decode(value);
    return typeof decoded === "object" && decoded !== null && Object.keys(decoded).length > 0 ? decoded : undefined;
  } catch {
    return undefined;
  }
};

const addBytes = (line: Line, value: Uint8Array): boolean => {
  const inside = encodedIn(value);
  if (inside !== undefined) return add(line, `bytes(${value.length}) of `) && addValue(line, inside);
  let digits = "";
  for (const byte of value.subarray(0, BYTES_SHOWN_MAX)) digits += ` ${byte.toString(16).padStart(2, "0")}`;
  return add(line, `bytes(${value.length})${digits}${value.length > BYTES_SHOWN_MAX ? ` ${ELLIPSIS}` : ""}`);
};

/** A string in quotes; of a long one no more than can be shown. */
const quoted = (line: Line, text: string): string => JSON.stringify(text.slice(0, line.limit + 1));

/** An accessor is named, not run: showing a value must not change it. */
const addTable = (line: Line, value: object): boolean => {
  const addEntry = (key: string): boolean => {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (!add(line, `${NAME.test(key) ? key : quoted(line, key)}: `)) return false;
    return descriptor && "value" in descriptor ? addValue(line, descriptor.value) : add(line, "<accessor>");
  };
  return add(line, "{") && addAll(line, Object.keys(value), addEntry) && add(line, "}");
};

const addInstance = (line: Line, prototype: object): boolean => {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return add(line, `<instance of ${typeof maker === "function" && maker.name !== "" ? maker.name : "a class"}>`);
};

const addContainer = (line: Line, value: object): boolean => {
  const prototype: object = Object.getPrototypeOf(value) ?? Object.prototype;
  if (prototype === Object.prototype) return addTable(line, value);
  if (prototype === Array.prototype) return addArray(line, value as readonly unknown[]);
  if (prototype === Map.prototype) return addMap(line, value as ReadonlyMap<unknown, unknown>);
  if (prototype === Set.prototype) return addSet(line, value as ReadonlySet<unknown>);
  return prototype === Uint8Array.prototype ? addBytes(line, value as Uint8Array) : addInstance(line, prototype);
};

/** The depth is bounded apart from the length: a cycle with a large limit would end the engine's stack. */
const addObject = (line: Line, value: object): boolean => {
  if (line.depth === DEPTH_MAX) return add(line, ELLIPSIS);
  line.depth++;
  const fits = addContainer(line, value);
  line.depth--;
  return fits;
};

const addValue = (line: Line, value: unknown): boolean => {
  switch (typeof value) {
    case "object":
      return value === null ? add(line, "null") : addObject(line, value);
    case "string":
      return add(line, quoted(line, value));
    case "bigint":
      return add(line, `${value}n`);
    case "number":
      return add(line, Object.is(value, -0) ? "-0" : `${value}`);
    case "function":
    case "symbol":
      return add(line, `<${typeof value}>`);
    default:
      return add(line, String(value));
  }
};

/**
 * A value in at most `limit` UTF-16 units (1 to a million), for diagrams and sentences: `{seq: 3, body: "x"}`. The same
 * value gives the same text on every platform; bytes that `encode` wrote are shown as what is in them; what does not fit ends in `…`. It refuses nothing: what is not plain
 * data is named in angle brackets.
 */
export const describe = (value: unknown, limit = 60): string => {
  const line: Line = { text: "", limit: Math.min(LIMIT_MAX, Math.max(1, limit)), depth: 0 };
  addValue(line, value);
  return cut(line);
};
