import { readUtf8 } from "../../model/index.ts";

/**
 * Bytes as text: one character a byte, U+0000 to U+00FF. Such strings compare in the order of their bytes, take one byte
 * a character in memory, and cost a third of what as many small arrays would.
 */
export type Bytes = string;

/** Whether a value is bytes as text. */
export const isBytes = (value: unknown): value is Bytes => typeof value === "string" && !/[^\0-\xff]/.test(value);

const pieceMax = 8_192;

const isAscii = (array: Uint8Array): boolean => {
  let all = 0;
  for (let at = 0; at < array.length; at++) all |= array[at]!;
  return all < 0x80;
};

/** The bytes of an array. */
export const bytesOf = (array: Uint8Array): Bytes => {
  // As text in UTF-8 they are the same then, which the platform reads faster.
  if (isAscii(array)) return readUtf8(array, 0, array.length)!;
  let text = "";
  for (let at = 0; at < array.length; at += pieceMax)
    // With the array as it is: spread, its bytes would be gone through one by one.
    text += String.fromCharCode.apply(null, array.subarray(at, at + pieceMax) as unknown as number[]);
  return text;
};

/** Arrays up to this size share a buffer, a slab of so many bytes: a buffer of its own takes several times as long. */
const sharedBytesMax = 1_024;
const slabBytes = 8_192;
let slab = new Uint8Array(0);
let used = 0;

/** The bytes of an array in another one that nobody changes. A small one is a part of a buffer that others have parts of. */
export const copyOfBytes = (array: Uint8Array): Uint8Array => {
  const { length } = array;
  if (length > sharedBytesMax) return array.slice();
  if (used + length > slab.length) {
    slab = new Uint8Array(slabBytes);
    used = 0;
  }
  const copy = slab.subarray(used, used + length);
  used += length;
  copy.set(array);
  return copy;
};

/** An array of the bytes. */
export const arrayOf = (bytes: Bytes): Uint8Array => {
  const array = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) array[at] = bytes.charCodeAt(at);
  return array;
};
