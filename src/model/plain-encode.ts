import { PlainDataError } from "./plain-error.ts";
import * as tag from "./plain-format.ts";
import { writeLatin1 } from "./plain-latin1.ts";
import { BIGINT_MAGNITUDE_END, DEPTH_MAX, keyRefusal, located, numberRefusal, stumbled } from "./plain-refusal.ts";
import { Shapes } from "./plain-shapes.ts";
import { utf8Length, writeAscii, writeUtf8 } from "./plain-utf8.ts";

const SCRATCH_BYTES = 4_096;
const SCRATCH_BYTES_KEPT_MAX = 1 << 20;
const VARINT_BYTES_MAX = 8;

// One buffer for all calls: `encode` runs no foreign code (accessors are refused unread), so it never runs twice at once.
// Who asks for values to be trusted vouches that there are no accessors.
let bytes = new Uint8Array(SCRATCH_BYTES);
let at = 0;
let trusting = false;
let compact = false;
const shapes = new Shapes();

const float = new DataView(new ArrayBuffer(8));

const grow = (count: number): void => {
  const needed = at + count;
  if (needed > tag.ENCODED_BYTES_MAX) {
    throw new PlainDataError(`one value takes more than ${tag.ENCODED_BYTES_MAX} bytes; cut it into parts`);
  }
  const wider = new Uint8Array(Math.min(tag.ENCODED_BYTES_MAX, Math.max(needed, 2 * bytes.length)));
  wider.set(bytes.subarray(0, at));
  bytes = wider;
};

const reserve = (count: number): void => {
  if (at + count > bytes.length) grow(count);
};

const putByte = (byte: number): void => {
  if (at === bytes.length) grow(1);
  bytes[at++] = byte;
};

const putVarint = (value: number): void => {
  reserve(VARINT_BYTES_MAX);
  let rest = value;
  while (rest >= 0x80) {
    bytes[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[at++] = rest;
};

/** The tag with the count in it, or the long tag and the count. */
const putCount = (count: number, short: number, shortEnd: number, long: number): void => {
  if (count < shortEnd) {
    putByte(short + count);
  } else {
    putByte(long);
    putVarint(count);
  }
};

const putFloat = (value: number): void => {
  if (numberRefusal(value) !== undefined) throw stumbled;
  putByte(tag.FLOAT);
  reserve(8);
  float.setFloat64(0, value, true);
  for (let index = 0; index < 8; index++) bytes[at++] = float.getUint8(index);
};

const putNumber = (value: number): void => {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    putFloat(value);
  } else if (value < 0) {
    putByte(tag.NEGATIVE);
    putVarint(-1 - value);
  } else if (value < tag.SMALL_END) {
    putByte(tag.SMALL + value);
  } else {
    putByte(tag.INTEGER);
    putVarint(value);
  }
};

const putBigint = (value: bigint): void => {
  const magnitude = value < 0n ? -1n - value : value;
  if (value >= BIGINT_MAGNITUDE_END || value <= -BIGINT_MAGNITUDE_END) throw stumbled;
  const digits = magnitude === 0n ? "" : magnitude.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  putByte(value < 0n ? tag.BIG_NEGATIVE : tag.BIG);
  putVarint(even.length / 2);
  reserve(even.length / 2);
  for (let index = 0; index < even.length; index += 2) bytes[at++] = Number.parseInt(even.slice(index, index + 2), 16);
};

/** Writes `text` if it is all ASCII. Room must be there. */
const putAscii = (text: string): boolean => {
  if (!writeAscii(text, bytes, at)) return false;
  at += text.length;
  return true;
};

/** Text in the compact format. */
const putLatin1 = (text: string): void => {
  const before = at;
  const { length } = text;
  putCount(length, tag.SHORT_TEXT, tag.SMALL_END, tag.TEXT);
  reserve(length);
  if (writeLatin1(text, bytes, at)) {
    at += length;
    return;
  }
  at = before;
  putByte(tag.WIDE_TEXT);
  const wideLength = utf8Length(text);
  putVarint(wideLength);
  reserve(wideLength);
  at = writeUtf8(text, bytes, at);
};

const putText = (text: string, short: number, shortEnd: number, long: number): void => {
  const before = at;
  putCount(text.length, short, shortEnd, long);
  reserve(text.length);
  if (putAscii(text)) return;
  at = before;
  const length = utf8Length(text);
  putCount(length, short, shortEnd, long);
  reserve(length);
  at = writeUtf8(text, bytes, at);
};

/** Accessors are foreign code, and what is not enumerable others do not see. */
const checkProperty = (object: object, key: string): void => {
  const descriptor = Object.getOwnPropertyDescriptor(object, key);
  if (descriptor === undefined || descriptor.get !== undefined || descriptor.set !== undefined) throw stumbled;
  if (!descriptor.enumerable) throw stumbled;
};

const putKey = (key: string): void => {
  if (keyRefusal(key) !== undefined) throw stumbled;
  const before = at;
  putVarint(key.length);
  reserve(key.length);
  if (putAscii(key)) return;
  at = before;
  const length = utf8Length(key);
  putVarint(length);
  reserve(length);
  at = writeUtf8(key, bytes, at);
};

/** An object in the compact format. */
const putShaped = (value: { readonly [name: string]: unknown }, keys: readonly string[], depth: number): void => {
  if (!trusting) for (const key of keys) checkProperty(value, key);
  const number = shapes.numberOf(keys);
  if (number >= 0) putByte(tag.SHAPE + number);
  else {
    putCount(keys.length, tag.SHORT_OBJECT, tag.SHORT_END, tag.OBJECT);
    for (const key of keys) putKey(key);
  }
  for (let index = 0; index < keys.length; index++) put(value[keys[index]!], depth);
};

const putObject = (value: object, depth: number): void => {
  const keys = trusting ? Object.keys(value) : Object.getOwnPropertyNames(value);
  if (compact) return putShaped(value as { readonly [name: string]: unknown }, keys, depth);
  putCount(keys.length, tag.SHORT_OBJECT, tag.SHORT_END, tag.OBJECT);
  for (const key of keys) {
    if (!trusting) checkProperty(value, key);
    putKey(key);
    put((value as { readonly [name: string]: unknown })[key], depth);
  }
};

const putArray = (value: readonly unknown[], depth: number): void => {
  const { length } = value;
  putCount(length, tag.SHORT_ARRAY, tag.SHORT_END, tag.ARRAY);
  for (let index = 0; index < length; index++) {
    const item = value[index];
    if (item === undefined && !(index in value)) throw stumbled;
    put(item, depth);
  }
};

const putMap = (value: ReadonlyMap<unknown, unknown>, depth: number): void => {
  putByte(tag.MAP);
  putVarint(value.size);
  for (const entry of value) {
    put(entry[0], depth);
    put(entry[1], depth);
  }
};

const putSet = (value: ReadonlySet<unknown>, depth: number): void => {
  putByte(tag.SET);
  putVarint(value.size);
  for (const item of value) put(item, depth);
};

const putBytes = (value: Uint8Array): void => {
  putByte(tag.BYTES);
  putVarint(value.length);
  reserve(value.length);
  bytes.set(value, at);
  at += value.length;
};

const putContainer = (value: object, depth: number): void => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Uint8Array.prototype) putBytes(value as Uint8Array);
  else if (depth > DEPTH_MAX) throw stumbled;
  else if (prototype === Array.prototype && Array.isArray(value)) putArray(value, depth);
  else if (prototype === Object.prototype || prototype === null) putObject(value, depth);
  else if (prototype === Map.prototype) putMap(value as ReadonlyMap<unknown, unknown>, depth);
  else if (prototype === Set.prototype) putSet(value as ReadonlySet<unknown>, depth);
  else throw stumbled;
};

const put = (value: unknown, depth: number): void => {
  const kind = typeof value;
  if (kind === "number") putNumber(value as number);
  else if (kind === "string")
    if (compact) putLatin1(value as string);
    else putText(value as string, tag.SHORT_TEXT, tag.SMALL_END, tag.TEXT);
  else if (value === null) putByte(tag.NULL);
  else if (kind === "object") putContainer(value as object, depth + 1);
  else if (kind === "boolean") putByte(value === true ? tag.TRUE : tag.FALSE);
  else if (kind === "undefined") putByte(tag.UNDEFINED);
  else if (kind === "bigint") putBigint(value as bigint);
  else throw stumbled;
};

const putWhole = (value: unknown): void => {
  putByte(compact ? tag.COMPACT_FORMAT : tag.FORMAT);
  if (compact) shapes.begin();
  put(value, 0);
};

/** A value as an array of its own, by way of the scratch. */
const encodeAlone = (value: unknown, name: string): Uint8Array => {
  at = 0;
  try {
    putWhole(value);
  } catch (error) {
    throw located(error, value, name);
  }
  const encoded = bytes.slice(0, at);
  if (bytes.length > SCRATCH_BYTES_KEPT_MAX) bytes = new Uint8Array(SCRATCH_BYTES);
  return encoded;
};

/**
 * Plain data as bytes: self-describing, a format number first, one encoding for each value. Object keys, Maps and Sets
 * keep their insertion order, because protocols can see it (contract.md D5). `name` is what an error calls the whole
 * value, such as `state`. Symbol keys, and names on an array, Map or Set beside its contents, are not seen here, since
 * looking for them takes as long as the rest; `refusalOf` finds them too.
 *
 * @throws PlainDataError for anything that `decode` could not give back: functions, symbols, class instances (Buffer
 * too), NaN, -0, infinities, holes in arrays, integer-like keys, accessors, cycles and more than 100 levels.
 */
export const encode = (value: unknown, name = "value"): Uint8Array => encodeAlone(value, name);

/**
 * As `encode`, in the compact format: names of fields are said once, and text below U+0100 takes a byte a letter. With
 * `trust` as in `encodeInto`.
 *
 * @throws PlainDataError as `encode` does.
 */
export const encodeCompact = (value: unknown, name = "value", trust = false): Uint8Array => {
  compact = true;
  trusting = trust;
  try {
    return encodeAlone(value, name);
  } finally {
    compact = false;
    trusting = false;
  }
};

/** Where encodings are put one behind the other. `bytes` is replaced by a wider array when it gets too small. */
export interface EncodeTarget {
  bytes: Uint8Array<ArrayBuffer>;
  at: number;
}

/** How `encodeInto` encodes. */
export interface EncodeOptions {
  /**
   * Nobody looks whether objects have accessors or hidden properties, which takes most of the time of small objects: for
   * values that only handlers of modules made.
   */
  readonly trust?: boolean;
  /** In the compact format. */
  readonly compact?: boolean;
}

/**
 * What `encode` or `encodeCompact` gives, put at `target.at` without a copy of its own: for hosts that join many values
 * into one write. After an error the target is where it was.
 *
 * @throws PlainDataError as `encode` does.
 */
export const encodeInto = (
  target: EncodeTarget,
  value: unknown,
  name = "value",
  { trust = false, compact: isCompact = false }: EncodeOptions = {},
): void => {
  const scratch = bytes;
  bytes = target.bytes;
  at = target.at;
  trusting = trust;
  compact = isCompact;
  try {
    putWhole(value);
    target.at = at;
  } catch (error) {
    throw located(error, value, name);
  } finally {
    trusting = false;
    compact = false;
    target.bytes = bytes;
    bytes = scratch;
  }
};
