/*
 * Plain data as JSON, each value with one spelling. What JSON lacks is an object with one key that begins with `#`:
 *
 *   bytes              {"#bytes": "00ff"}           two hexadecimal digits a byte
 *   bigint             {"#bigint": "-12"}
 *   undefined          {"#undefined": true}
 *   NaN, ±∞, -0        {"#number": "NaN"}           "Infinity", "-Infinity", "-0": not plain data, yet a faulty
 *                                                   protocol may compute them, and its trace must show them
 *   Map                {"#map": [[key, value], …]}  in order of insertion
 *   Set                {"#set": [item, …]}          in order of insertion
 *
 * In objects, a key of the data's own that begins with `#` is written with one `#` more.
 */
import { TraceError } from "./trace-error.ts";

/** What `JSON.stringify` writes and `JSON.parse` reads without loss. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Containers inside one another. Plain data has at most 100; each Map among them takes two levels of JSON. */
export const JSON_DEPTH_MAX: number = 210;

/** Characters of one bigint's decimal digits: 64 KiB of magnitude, the limit of plain data. */
const BIGINT_DIGITS_MAX = 157_828;

const oddNumbers: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

const hexDigits: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

const numberToJson = (value: number): Json => {
  if (Object.is(value, -0)) return { "#number": "-0" };
  return Number.isFinite(value) ? value : { "#number": `${value}` };
};

const bytesToHex = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += hexDigits[byte];
  return text;
};

const tableToJson = (value: object, path: string, depth: number): Json => {
  const table: { [key: string]: Json } = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === "__proto__") throw new TraceError(`${path}: a key named __proto__ cannot be kept; use a Map`);
    table[key.startsWith("#") ? `#${key}` : key] = valueToJson(item, `${path}.${key}`, depth);
  }
  return table;
};

const objectToJson = (value: object, path: string, depth: number): Json => {
  if (depth > JSON_DEPTH_MAX) {
    throw new TraceError(`${path}: deeper than ${JSON_DEPTH_MAX} levels, or a cycle; keep an id instead of the object`);
  }
  const below = (item: unknown, index: number): Json => valueToJson(item, `${path}[${index}]`, depth);
  if (Array.isArray(value)) return Array.from(value, below);
  if (value instanceof Map) return { "#map": Array.from(value, (entry, index) => entry.map((it) => below(it, index))) };
  if (value instanceof Set) return { "#set": Array.from(value, below) };
  if (value instanceof Uint8Array) return { "#bytes": bytesToHex(value) };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return tableToJson(value, path, depth);
  throw new TraceError(`${path}: an instance of a class is not plain data; keep its fields in a plain object`);
};

const valueToJson = (value: unknown, path: string, depth: number): Json => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return numberToJson(value);
    case "undefined":
      return { "#undefined": true };
    case "bigint":
      return { "#bigint": `${value}` };
    case "object":
      return value === null ? null : objectToJson(value, path, depth + 1);
    default:
      throw new TraceError(`${path}: a ${typeof value} is not plain data; keep a name for it`);
  }
};

/**
 * The JSON of a plain value; `path` names it in errors.
 *
 * @throws TraceError for a function, a symbol, a class instance, a cycle, or a key `__proto__`.
 */
export const toJson = (value: unknown, path: string): Json => valueToJson(value, path, 0);

const untag = (tag: string, content: unknown, path: string, depth: number): unknown => {
  const list = (): readonly unknown[] => {
    if (!Array.isArray(content)) throw new TraceError(`${path}: ${tag} holds a list, found ${typeof content}`);
    return content;
  };
  switch (tag) {
    case "#undefined":
      return undefined;
    case "#bytes":
      return hexToBytes(content, path);
    case "#bigint":
      return textToBigint(content, path);
    case "#number":
      return textToNumber(content, path);
    case "#set":
      return new Set(list().map((item, index) => jsonToValue(item, `${path}[${index}]`, depth)));
    case "#map":
      return new Map(list().map((entry, index) => jsonToEntry(entry, `${path}[${index}]`, depth)));
    default:
      throw new TraceError(`${path}: the tag ${tag.slice(0, 40)} is unknown; a key of the data's own begins with ##`);
  }
};

const jsonToEntry = (entry: unknown, path: string, depth: number): [unknown, unknown] => {
  if (!Array.isArray(entry) || entry.length !== 2) throw new TraceError(`${path}: #map holds pairs [key, value]`);
  return [jsonToValue(entry[0], path, depth), jsonToValue(entry[1], path, depth)];
};

const hexToBytes = (content: unknown, path: string): Uint8Array => {
  if (typeof content !== "string" || !/^(?:[0-9a-f]{2})*$/.test(content)) {
    throw new TraceError(`${path}: #bytes holds pairs of digits 0-9 and a-f`);
  }
  return Uint8Array.from({ length: content.length / 2 }, (_, at) =>
    Number.parseInt(content.slice(2 * at, 2 * at + 2), 16),
  );
};

const textToBigint = (content: unknown, path: string): bigint => {
  if (typeof content !== "string" || content.length > BIGINT_DIGITS_MAX || !/^-?[0-9]+$/.test(content)) {
    throw new TraceError(`${path}: #bigint holds at most ${BIGINT_DIGITS_MAX} decimal digits as a string`);
  }
  return BigInt(content);
};

const textToNumber = (content: unknown, path: string): number => {
  const value = typeof content === "string" ? oddNumbers.get(content) : undefined;
  if (value === undefined) throw new TraceError(`${path}: #number holds one of ${[...oddNumbers.keys()].join(", ")}`);
  return value;
};

const jsonToTable = (json: object, path: string, depth: number): unknown => {
  const entries = Object.entries(json);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && /^#(?!#)/.test(first[0])) {
    return untag(first[0], first[1], path, depth);
  }
  const table: { [key: string]: unknown } = {};
  for (const [key, item] of entries) {
    if (key === "__proto__" || /^#(?!#)/.test(key)) {
      throw new TraceError(
        `${path}: the key ${key.slice(0, 40)} is not allowed here; a key that begins with # is doubled`,
      );
    }
    table[key.startsWith("#") ? key.slice(1) : key] = jsonToValue(item, `${path}.${key}`, depth);
  }
  return table;
};

const jsonToValue = (json: unknown, path: string, depth: number): unknown => {
  if (typeof json !== "object" || json === null) return json;
  if (depth >= JSON_DEPTH_MAX) throw new TraceError(`${path}: deeper than ${JSON_DEPTH_MAX} levels`);
  if (Array.isArray(json)) return json.map((item, index) => jsonToValue(item, `${path}[${index}]`, depth + 1));
  return jsonToTable(json, path, depth + 1);
};

/**
 * The plain value that `toJson` wrote, out of what `JSON.parse` returned.
 *
 * @throws TraceError for an unknown or misused tag, a key `__proto__`, or more than 210 levels.
 */
export const fromJson = (json: unknown, path: string): unknown => jsonToValue(json, path, 0);
