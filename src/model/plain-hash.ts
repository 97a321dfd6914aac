import { located, stumbled } from "./plain-refusal.ts";

/*
 * Every part of a value is mixed as 32-bit words by a step after MurmurHash3 (Appleby, 2011): for one hash it maps
 * different words to different hashes. The last multiplier is a large one instead of Murmur's 5, under which arrays of
 * small numbers collided a tenth too often; it costs nothing. What kind of part it is goes in with the first word, so
 * 1, "1", [1] and true differ; lengths or an end mark keep neighbours apart.
 */
const UNDEFINED = 0x1a2b_3c01;
const NULL = 0x2b3c_4d13;
const FALSE = 0x3c4d_5e25;
const TRUE = 0x4d5e_6f37;
const INTEGER = 0x5e6f_7049;
const FLOAT = 0x6f70_815b;
const BIGINT = 0x1081_926d;
const TEXT = 0x2192_a37f;
const BYTES = 0x32a3_b481;
const ARRAY = 0x43b4_c593;
const MAP = 0x54c5_d6a5;
const SET = 0x65d6_e7b7;
const OBJECT = 0x76e7_f8c9;
const END = 0x07f8_09db;

// The halves of a float come in the order of the machine. All platforms that run Node or a current browser are
// little-endian, so the hash is the same on all of them.
const float = new Float64Array(1);
const halves = new Uint32Array(float.buffer);

/** Mixes one 32-bit word into a rolling 32-bit hash; both may be signed, the result is. */
export const hashWord = (hash: number, word: number): number => {
  const first = Math.imul(word, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((first << 15) | (first >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 0x9e3779b1) + 0xe6546b64) | 0;
};

/** Mixes a string, two of its UTF-16 units a word, into a rolling 32-bit hash. */
export const hashText = (hash: number, text: string): number => {
  const { length } = text;
  let mixed = hashWord(hash ^ TEXT, length);
  let index = 1;
  for (; index < length; index += 2) {
    mixed = hashWord(mixed, text.charCodeAt(index - 1) | (text.charCodeAt(index) << 16));
  }
  return index === length ? hashWord(mixed, text.charCodeAt(index - 1)) : mixed;
};

/*
 * Names of fields come back with every message and every state. What their words are multiplied to does not depend on
 * the hash that they are mixed into, so it is remembered: in a table of fixed size, in which a name may push out another.
 */
const namesMax = 1_024;
const names: string[] = new Array<string>(namesMax).fill("");
const mixedWords: (readonly number[])[] = new Array<readonly number[]>(namesMax).fill([]);

const mixWord = (word: number): number => {
  const first = Math.imul(word, 0xcc9e2d51);
  return Math.imul((first << 15) | (first >>> 17), 0x1b873593);
};

const mixedWordsOf = (name: string): readonly number[] => {
  const { length } = name;
  const words = [TEXT ^ mixWord(length)];
  for (let index = 0; index < length; index += 2)
    words.push(mixWord(name.charCodeAt(index) | (index + 1 < length ? name.charCodeAt(index + 1) << 16 : 0)));
  return words;
};

/** The same as `hashText`, for a text that is one of few. */
const hashName = (hash: number, name: string): number => {
  const { length } = name;
  if (length === 0) return hashText(hash, name);
  const ends = name.charCodeAt(0) * 7 + name.charCodeAt(length - 1) * 13;
  const at = (length * 31 + ends + name.charCodeAt(length >> 1) * 3) & (namesMax - 1);
  if (names[at] !== name) {
    names[at] = name;
    mixedWords[at] = mixedWordsOf(name);
  }
  const words = mixedWords[at]!;
  let mixed = hash;
  for (let index = 0; index < words.length; index++) {
    const word = mixed ^ words[index]!;
    mixed = (Math.imul((word << 13) | (word >>> 19), 0x9e3779b1) + 0xe6546b64) | 0;
  }
  return mixed;
};

const hashNumber = (hash: number, value: number): number => {
  if ((value | 0) === value) return hashWord(hash ^ INTEGER, value);
  float[0] = value;
  return hashWord(hashWord(hash ^ FLOAT, halves[0] as number), halves[1] as number);
};

const hashBytes = (hash: number, value: Uint8Array): number => {
  const { length } = value;
  let mixed = hashWord(hash ^ BYTES, length);
  let index = 3;
  for (; index < length; index += 4) {
    const high = (value[index - 3]! << 24) | (value[index - 2]! << 16);
    mixed = hashWord(mixed, high | (value[index - 1]! << 8) | value[index]!);
  }
  if ((length & 3) === 0) return mixed;
  let word = 0;
  for (index -= 3; index < length; index++) word = (word << 8) | value[index]!;
  return hashWord(mixed, word);
};

const hashArray = (hash: number, value: readonly unknown[]): number => {
  const { length } = value;
  let mixed = hashWord(hash ^ ARRAY, length);
  for (let index = 0; index < length; index++) mixed = hashPart(mixed, value[index]);
  return mixed;
};

const hashObject = (hash: number, value: { readonly [key: string]: unknown }): number => {
  let mixed = hash ^ OBJECT;
  for (const key in value) {
    const part = value[key];
    mixed = hashName(mixed, key);
    // What kind of thing it is, is one of few words too.
    mixed = key === "kind" && typeof part === "string" ? hashName(mixed, part) : hashPart(mixed, part);
  }
  return hashWord(mixed, END);
};

const hashMap = (hash: number, value: ReadonlyMap<unknown, unknown>): number => {
  let mixed = hashWord(hash ^ MAP, value.size);
  for (const entry of value) mixed = hashPart(hashPart(mixed, entry[0]), entry[1]);
  return mixed;
};

const hashSet = (hash: number, value: ReadonlySet<unknown>): number => {
  let mixed = hashWord(hash ^ SET, value.size);
  for (const item of value) mixed = hashPart(mixed, item);
  return mixed;
};

const hashContainer = (hash: number, value: object): number => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return hashObject(hash, value as Record<string, unknown>);
  if (prototype === Array.prototype) return hashArray(hash, value as readonly unknown[]);
  if (prototype === Map.prototype) return hashMap(hash, value as ReadonlyMap<unknown, unknown>);
  if (prototype === Set.prototype) return hashSet(hash, value as ReadonlySet<unknown>);
  if (prototype === Uint8Array.prototype) return hashBytes(hash, value as Uint8Array);
  throw stumbled;
};

const hashPart = (hash: number, value: unknown): number => {
  switch (typeof value) {
    case "number":
      return hashNumber(hash, value);
    case "string":
      return hashText(hash, value);
    case "object":
      return value === null ? hashWord(hash, NULL) : hashContainer(hash, value);
    case "boolean":
      return hashWord(hash, value ? TRUE : FALSE);
    case "undefined":
      return hashWord(hash, UNDEFINED);
    case "bigint":
      return hashText(hash ^ BIGINT, value.toString(16));
    default:
      throw stumbled;
  }
};

/**
 * A rolling 32-bit hash over the content of `value`, without building its bytes: equal values (see `equal`) give equal
 * hashes on every platform and in every process. The result is a signed 32-bit integer, fit to be the next `hash`.
 * It is fast, not cryptographic, and like `clone` leaves the finer rules of plain data to `encode`.
 *
 * @throws PlainDataError for functions, symbols, class instances and cycles.
 */
export const hashPlain = (hash: number, value: unknown): number => {
  if (typeof value === "number") return hashNumber(hash, value);
  if (typeof value === "string") return hashText(hash, value);
  try {
    return hashPart(hash, value);
  } catch (error) {
    throw located(error, value, "value");
  }
};

/** Spreads every bit of a hash over all others, where some of its bits are to stand for it. */
const finish = (hash: number): number => {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
};

const SEED_HIGH = 0x2545_f491;
const SEED_LOW = 0x6c07_8965;
const LOW_BITS = 21;

/**
 * A fingerprint of 53 bits, a whole number that a float holds exactly: two lanes of `hashPlain` from different seeds,
 * 32 bits of one and 21 of the other. Among n different states the chance of any collision is about n² / 2^54: below
 * one in a hundred for ten million.
 *
 * @throws PlainDataError like `hashPlain`.
 */
export const hashPlain53 = (value: unknown): number => {
  const high = finish(hashPlain(SEED_HIGH, value));
  const low = finish(hashPlain(SEED_LOW, value)) >>> (32 - LOW_BITS);
  return high * (1 << LOW_BITS) + low;
};

/** A 32-bit hash as eight hexadecimal digits. */
export const toHex = (hash: number): string => (hash >>> 0).toString(16).padStart(8, "0");

/** A 53-bit hash as fourteen hexadecimal digits. */
export const toHex53 = (hash: number): string => hash.toString(16).padStart(14, "0");
