import { PlainDataError } from "./plain-error.ts";
import * as tag from "./plain-format.ts";
import { isWide, readLatin1 } from "./plain-latin1.ts";
import { BIGINT_BYTES_MAX, DEPTH_MAX, keyRefusal, numberRefusal } from "./plain-refusal.ts";
import { sameKeys } from "./plain-shapes.ts";
import { readUtf8 } from "./plain-utf8.ts";

const NOTHING = new Uint8Array(0);

// What is being read. `decode` runs no foreign code, so it never runs twice at once.
let bytes: Uint8Array = NOTHING;
let at = 0;
let end = 0;
/** Whether bytes in the value are views of those that are read. */
let shares = false;
/** Whether it is in the compact format, and the names of fields that were said so far in it. */
let compact = false;
const shapes: (readonly string[])[] = [];

const float = new DataView(new ArrayBuffer(8));

const malformed = (what: string): PlainDataError =>
  new PlainDataError(`byte ${at}: ${what}; these bytes were not written by encode, or were damaged on the way`);

const takeByte = (): number => {
  if (at >= end) throw malformed("the data ends too early");
  return bytes[at++] as number;
};

const VARINT_BYTES_MAX = 8;

const takeVarint = (): number => {
  let value = 0;
  let unit = 1;
  for (let count = 0; count < VARINT_BYTES_MAX; count++) {
    const byte = takeByte();
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) {
      if (value > Number.MAX_SAFE_INTEGER) break;
      if (byte === 0 && count > 0) throw malformed("a number with needless zeros");
      return value;
    }
    unit *= 0x80;
  }
  throw malformed("a number beyond 2^53-1");
};

/** A count of parts that take `width` bytes each at least, so that no count makes us allocate more than was sent. */
const takeCount = (width: number): number => {
  const count = takeVarint();
  if (count * width > end - at) throw malformed(`a length of ${count} with ${end - at} bytes left`);
  return count;
};

const takeLongCount = (width: number, shortEnd: number): number => {
  const count = takeCount(width);
  if (count < shortEnd) throw malformed("a short length in its long form");
  return count;
};

const checkShort = (count: number, width: number): number => {
  if (count * width > end - at) throw malformed(`a length of ${count} with ${end - at} bytes left`);
  return count;
};

const takeLatin1 = (length: number): string => {
  const text = readLatin1(bytes, at, at + length);
  at += length;
  return text;
};

const takeUtf8 = (length: number): string => {
  const text = readUtf8(bytes, at, at + length);
  if (text === undefined) throw malformed("a string that is not well-formed UTF-8");
  at += length;
  return text;
};

const takeText = (length: number, isUtf8: boolean): string => (isUtf8 ? takeUtf8(length) : takeLatin1(length));

const takeWideText = (): string => {
  if (!compact) throw malformed(`no value starts with ${tag.WIDE_TEXT}`);
  const text = takeUtf8(takeCount(1));
  if (!isWide(text)) throw malformed("text that would fit into a byte a letter");
  return text;
};

/** Keys and kinds come again and again. A known one is compared byte by byte, not built anew. */
const KNOWN_LENGTH_MAX = 16;
const KNOWN_SLOTS = 512;
const known: string[] = new Array<string>(KNOWN_SLOTS).fill("");

const isKnown = (text: string, length: number): boolean => {
  if (text.length !== length) return false;
  for (let index = 0; index < length; index++) if (text.charCodeAt(index) !== bytes[at + index]) return false;
  return true;
};

const takeShortText = (length: number, isUtf8: boolean): string => {
  if (length > KNOWN_LENGTH_MAX) return takeText(length, isUtf8);
  let slot = length;
  let bits = 0;
  for (let index = 0; index < length; index++) {
    const byte = bytes[at + index] as number;
    bits |= byte;
    slot = (Math.imul(slot, 31) + byte) | 0;
  }
  // Only ASCII: else "é" (two bytes) and "Ã©", whose letters have the same two numbers, could be mistaken.
  if (bits >= 0x80) return takeText(length, isUtf8);
  slot = (slot ^ (slot >>> 9)) & (KNOWN_SLOTS - 1);
  const text = known[slot] as string;
  if (isKnown(text, length)) {
    at += length;
    return text;
  }
  const fresh = takeText(length, isUtf8);
  known[slot] = fresh;
  return fresh;
};

const takeBytes = (length: number): Uint8Array => {
  if (shares) {
    // Of a Buffer too this is plain bytes, which `subarray` would not give.
    const view = new Uint8Array(bytes.buffer, bytes.byteOffset + at, length);
    at += length;
    return view;
  }
  const taken = new Uint8Array(length);
  taken.set(bytes.subarray(at, at + length));
  at += length;
  return taken;
};

const takeInteger = (): number => {
  const value = takeVarint();
  if (value < tag.SMALL_END) throw malformed("a small number in its long form");
  return value;
};

const takeNegative = (): number => {
  const value = -1 - takeVarint();
  if (!Number.isSafeInteger(value)) throw malformed("a number beyond -(2^53-1)");
  return value;
};

const takeFloat = (): number => {
  checkShort(8, 1);
  for (let index = 0; index < 8; index++) float.setUint8(index, takeByte());
  const value = float.getFloat64(0, true);
  const why =
    numberRefusal(value) ?? (Number.isSafeInteger(value) ? "a whole number written as a fraction" : undefined);
  if (why !== undefined) throw malformed(why);
  return value;
};

const takeBigint = (): bigint => {
  const length = takeCount(1);
  if (length > BIGINT_BYTES_MAX) throw malformed(`a bigint of more than ${BIGINT_BYTES_MAX} bytes`);
  if (length > 0 && bytes[at] === 0) throw malformed("a bigint with needless zeros");
  let digits = "0x0";
  for (let index = 0; index < length; index++) digits += takeByte().toString(16).padStart(2, "0");
  return BigInt(digits);
};

/** The one magnitude that `encode` refuses and whose bytes would still fit: -2^n as -1-(2^n-1). */
const NEGATIVE_BIGINT_END = -(1n << BigInt(8 * BIGINT_BYTES_MAX));

const takeNegativeBigint = (): bigint => {
  const value = -1n - takeBigint();
  if (value === NEGATIVE_BIGINT_END) throw malformed(`a bigint of more than ${BIGINT_BYTES_MAX} bytes`);
  return value;
};

const takeArray = (count: number, depth: number): unknown[] => {
  const array: unknown[] = [];
  for (let index = 0; index < count; index++) array.push(take(depth));
  return array;
};

/** Keys are UTF-8 in both formats. */
const takeKey = (): string => {
  const key = takeShortText(takeCount(1), true);
  const why = keyRefusal(key);
  if (why !== undefined) throw malformed(why);
  return key;
};

/** The fields of an object, whose names are known. */
const takeFields = (keys: readonly string[], depth: number): object => {
  const object: { [key: string]: unknown } = {};
  for (let index = 0; index < keys.length; index++) object[keys[index]!] = take(depth);
  return object;
};

/** An object of the compact format that says its names. */
const takeShape = (count: number, depth: number): object => {
  const keys: string[] = [];
  for (let index = 0; index < count; index++) keys.push(takeKey());
  const twice = new Set(keys).size === count ? undefined : keys.find((key, index) => keys.indexOf(key) < index);
  if (twice !== undefined) throw malformed(`the key ${JSON.stringify(twice)} twice`);
  if (shapes.some((shape) => sameKeys(shape, keys))) throw malformed("names of fields that were said before");
  if (shapes.length < tag.SHAPES_MAX) shapes.push(keys);
  return takeFields(keys, depth);
};

/** An object whose names were said before. Each field takes a byte at least, so nothing is made that was not sent. */
const takeShaped = (number: number, depth: number): object => {
  if (depth > DEPTH_MAX) throw malformed(`deeper than ${DEPTH_MAX} levels`);
  const keys = shapes[number];
  if (keys === undefined) throw malformed("names of fields that were never said");
  return takeFields(keys, depth);
};

const takeObject = (count: number, depth: number): object => {
  if (compact) return takeShape(count, depth);
  const object: { [key: string]: unknown } = {};
  for (let index = 0; index < count; index++) {
    const key = takeKey();
    if (key in object && Object.hasOwn(object, key)) throw malformed(`the key ${JSON.stringify(key)} twice`);
    object[key] = take(depth);
  }
  return object;
};

const takeMap = (depth: number): ReadonlyMap<unknown, unknown> => {
  const count = takeCount(2);
  const map = new Map<unknown, unknown>();
  for (let index = 0; index < count; index++) {
    const key = take(depth);
    map.set(key, take(depth));
    if (map.size !== index + 1) throw malformed("a key of a Map twice");
  }
  return map;
};

const takeSet = (depth: number): ReadonlySet<unknown> => {
  const count = takeCount(1);
  const set = new Set<unknown>();
  for (let index = 0; index < count; index++) {
    if (set.add(take(depth)).size !== index + 1) throw malformed("an item of a Set twice");
  }
  return set;
};

const takeContainer = (kind: number, depth: number): unknown => {
  if (depth > DEPTH_MAX) throw malformed(`deeper than ${DEPTH_MAX} levels`);
  if (kind >= tag.SHORT_OBJECT) return takeObject(checkShort(kind - tag.SHORT_OBJECT, 2), depth);
  if (kind >= tag.SHORT_ARRAY) return takeArray(checkShort(kind - tag.SHORT_ARRAY, 1), depth);
  if (kind === tag.MAP) return takeMap(depth);
  if (kind === tag.SET) return takeSet(depth);
  if (kind === tag.ARRAY) return takeArray(takeLongCount(1, tag.SHORT_END), depth);
  if (kind === tag.OBJECT) return takeObject(takeLongCount(2, tag.SHORT_END), depth);
  throw malformed(`no value starts with ${kind}`);
};

const takeScalar = (kind: number, depth: number): unknown => {
  switch (kind) {
    case tag.UNDEFINED:
      return undefined;
    case tag.NULL:
      return null;
    case tag.FALSE:
      return false;
    case tag.TRUE:
      return true;
    case tag.INTEGER:
      return takeInteger();
    case tag.NEGATIVE:
      return takeNegative();
    case tag.FLOAT:
      return takeFloat();
    case tag.BIG:
      return takeBigint();
    case tag.BIG_NEGATIVE:
      return takeNegativeBigint();
    case tag.TEXT:
      return takeText(takeLongCount(1, tag.SMALL_END), !compact);
    case tag.BYTES:
      return takeBytes(takeCount(1));
    case tag.WIDE_TEXT:
      return takeWideText();
    default:
      return takeContainer(kind, depth + 1);
  }
};

const take = (depth: number): unknown => {
  const kind = takeByte();
  if (kind >= tag.SHORT_ARRAY) return takeContainer(kind, depth + 1);
  if (kind >= tag.SHORT_TEXT) return takeShortText(checkShort(kind - tag.SHORT_TEXT, 1), !compact);
  if (kind >= tag.SMALL) return kind - tag.SMALL;
  return kind >= tag.SHAPE && compact ? takeShaped(kind - tag.SHAPE, depth + 1) : takeScalar(kind, depth);
};

const takeAll = (): unknown => {
  const format = takeByte();
  compact = format === tag.COMPACT_FORMAT;
  if (format !== tag.FORMAT && !compact)
    throw malformed(`format ${format}, and only ${tag.FORMAT} and ${tag.COMPACT_FORMAT} are known here`);
  const value = take(0);
  if (at !== end) throw malformed(`${end - at} bytes after the end of the value`);
  return value;
};

/**
 * The value whose encoding, in either format, `encoded` is; nothing in it shares memory with `encoded`. Any other bytes
 * are refused, in time and memory proportional to their number: what is not refused is what `encode`, or `encodeCompact`,
 * makes of the value.
 *
 * @throws PlainDataError that names the byte, for bytes that neither of them writes.
 */
export const decode = (encoded: Uint8Array): unknown => decodeWithin(encoded, 0, encoded.length);

/**
 * What `decode` gives for the bytes from `from` up to `to`, without a view of them to be made. With `share` the bytes in
 * the value are views of `encoded`, which stays in memory as long as one of them does: for hosts that read large files.
 *
 * @throws PlainDataError as `decode` does.
 */
export const decodeWithin = (encoded: Uint8Array, from: number, to: number, share = false): unknown => {
  bytes = encoded;
  at = from;
  end = to;
  shares = share;
  try {
    return takeAll();
  } finally {
    bytes = NOTHING;
    shapes.length = 0;
  }
};
