/*
 * UTF-8 by hand: the pure rooms have no TextEncoder, and that one would turn a lone surrogate into U+FFFD without a
 * word. Here a lone surrogate is written in the three bytes that its number would take (WTF-8) and survives. Exactly
 * one byte sequence stands for each string, so the reader refuses longer forms and surrogates written as two halves.
 */

/*
 * Long text goes through the coders of the platform, where it has them: a letter at a time takes ten times as long. They
 * are asked only where they cannot differ from what stands here: the decoder refuses what is not well-formed, and what
 * the encoder wrote is taken only if it is ASCII.
 */
declare const TextDecoder:
  | undefined
  | (new (
      label: string,
      options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
    ) => { decode(bytes: Uint8Array): string });
declare const TextEncoder:
  | undefined
  | (new () => { encodeInto(text: string, bytes: Uint8Array): { readonly read: number; readonly written: number } });

const decoder = typeof TextDecoder === "undefined" ? null : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = typeof TextEncoder === "undefined" ? null : new TextEncoder();

/** From so many letters on the way to the platform's encoder pays. */
const LONG_MIN = 64;

/** Writes `text` if it is all ASCII; false where it is not, and what was written is to be written over. */
export const writeAscii = (text: string, bytes: Uint8Array, at: number): boolean => {
  const { length } = text;
  if (length >= LONG_MIN && encoder !== null) {
    const { read, written } = encoder.encodeInto(text, bytes.subarray(at, at + length));
    // All else takes more bytes than letters.
    return read === length && written === length;
  }
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return false;
    bytes[at + index] = unit;
  }
  return true;
};

// By shift, not by mask: these are also asked about code points, whose bits above the 16th count.
const isHigh = (point: number): boolean => point >> 10 === 0xd800 >> 10;
const isLow = (point: number): boolean => point >> 10 === 0xdc00 >> 10;

/** The number of bytes that `writeUtf8` needs for `text`. */
export const utf8Length = (text: string): number => {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    length += unit < 0x800 ? 1 : 2;
    // A pair takes four bytes: two for each half, where the line above counted three for the first.
    if (isHigh(unit) && index + 1 < text.length && isLow(text.charCodeAt(index + 1))) index++;
  }
  return length;
};

/** Writes `text` into `bytes` from `at` on, where there must be room; returns the position after it. */
export const writeUtf8 = (text: string, bytes: Uint8Array, at: number): number => {
  for (let index = 0; index < text.length; index++) {
    let point = text.charCodeAt(index);
    if (point < 0x80) {
      bytes[at++] = point;
      continue;
    }
    if (point < 0x800) {
      bytes[at++] = 0xc0 | (point >> 6);
    } else {
      const next = isHigh(point) && index + 1 < text.length ? text.charCodeAt(index + 1) : 0;
      if (isLow(next)) {
        point = 0x10000 + ((point & 0x3ff) << 10) + (next & 0x3ff);
        index++;
        bytes[at++] = 0xf0 | (point >> 18);
        bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
      } else {
        bytes[at++] = 0xe0 | (point >> 12);
      }
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
    }
    bytes[at++] = 0x80 | (point & 0x3f);
  }
  return at;
};

const MALFORMED = -1;

/** The code point whose first byte, not ASCII, is at `at`, or MALFORMED. */
const pointAt = (bytes: Uint8Array, at: number, end: number): number => {
  const first = bytes[at] ?? 0;
  const extra = first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 0;
  if (extra === 0 || at + extra >= end) return MALFORMED;
  let point = first & (0x3f >> extra);
  for (let offset = 1; offset <= extra; offset++) {
    const next = bytes[at + offset] ?? 0;
    if ((next & 0xc0) !== 0x80) return MALFORMED;
    point = (point << 6) | (next & 0x3f);
  }
  if (extra === 2) return point < 0x800 ? MALFORMED : point;
  return extra === 3 && (point < 0x10000 || point > 0x10ffff) ? MALFORMED : point;
};

const widthOf = (point: number): number => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);

/** Code units turned into a string at once; below what engines allow as arguments of one call. */
const UNITS_MAX = 4_096;

const readAnyUtf8 = (bytes: Uint8Array, start: number, end: number): string | undefined => {
  let text = "";
  let units: number[] = [];
  let previous = 0;
  for (let at = start; at < end; ) {
    const first = bytes[at] ?? 0;
    const point = first < 0x80 ? first : pointAt(bytes, at, end);
    if (point === MALFORMED || (isHigh(previous) && isLow(point))) return undefined;
    if (point < 0x10000) units.push(point);
    else units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
    if (units.length >= UNITS_MAX) {
      text += String.fromCharCode.apply(null, units);
      units = [];
    }
    previous = point;
    at += widthOf(point);
  }
  return text + String.fromCharCode.apply(null, units);
};

const readLong = (bytes: Uint8Array, start: number, end: number): string | undefined => {
  try {
    if (decoder !== null) return decoder.decode(bytes.subarray(start, end));
  } catch {
    // Lone surrogates are fine here, and not there.
  }
  return readAnyUtf8(bytes, start, end);
};

/** Up to here letters are gathered first. */
const SHORT_MAX = 24;
/** One array for each length: from it a string is made at once, and not of parts that are put together later. */
const gathered: readonly number[][] = Array.from({ length: SHORT_MAX + 1 }, (_, length) => new Array(length).fill(0));

/** Reads the string in `bytes` from `start` to `end`; undefined when they are not what `writeUtf8` writes. */
export const readUtf8 = (bytes: Uint8Array, start: number, end: number): string | undefined => {
  const length = end - start;
  if (length > SHORT_MAX) return readLong(bytes, start, end);
  const units = gathered[length]!;
  let all = 0;
  for (let index = 0; index < length; index++) {
    const unit = bytes[start + index]!;
    units[index] = unit;
    all |= unit;
  }
  return all >= 0x80 ? readAnyUtf8(bytes, start, end) : String.fromCharCode.apply(null, units);
};
