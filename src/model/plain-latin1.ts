/*
 * Text of letters below U+0100, a byte a letter. Long text goes through the platform's own copy, where it has one: it does
 * the same as the loops here, ten times as fast. (The platform's TextDecoder does not: what the web calls latin1 has other
 * letters from 0x80 to 0x9f.)
 */
declare const Buffer:
  | undefined
  | {
      readonly prototype: {
        latin1Slice(this: Uint8Array, from: number, to: number): string;
        latin1Write(this: Uint8Array, text: string, at: number, length: number): number;
      };
    };

const native = typeof Buffer === "undefined" ? null : Buffer.prototype;

/** From so many letters on the way to the platform pays. */
const LONG_MIN = 24;

const wide = /[^\0-\xff]/;

/**
 * Writes `text` if all its letters are below U+0100; false where they are not, and what was written is to be written over.
 * Room must be there.
 */
export const writeLatin1 = (text: string, bytes: Uint8Array, at: number): boolean => {
  const { length } = text;
  if (length >= LONG_MIN && native !== null) {
    if (wide.test(text)) return false;
    native.latin1Write.call(bytes, text, at, length);
    return true;
  }
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0xff) return false;
    bytes[at + index] = unit;
  }
  return true;
};

/** Code units turned into a string at once; below what engines allow as arguments of one call. */
const UNITS_MAX = 4_096;

/** Short text is gathered here first, in one array for each length: a view of the bytes would cost more than the text. */
const gathered: readonly number[][] = Array.from({ length: LONG_MIN }, (_, length) => new Array(length).fill(0));

/** Reads the string in `bytes` from `start` to `end`. */
export const readLatin1 = (bytes: Uint8Array, start: number, end: number): string => {
  const length = end - start;
  if (length < LONG_MIN) {
    const units = gathered[length]!;
    for (let index = 0; index < length; index++) units[index] = bytes[start + index]!;
    return String.fromCharCode.apply(null, units);
  }
  if (native !== null) return native.latin1Slice.call(bytes, start, end);
  let text = "";
  for (let at = start; at < end; at += UNITS_MAX)
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(end, at + UNITS_MAX)) as unknown as number[]);
  return text;
};

/** Whether a text has a letter from U+0100 on. */
export const isWide = (text: string): boolean => wide.test(text);
