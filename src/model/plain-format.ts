/*
 * The first byte of a value says its kind; for small numbers, short strings, arrays and objects it holds the number or
 * the length too. Each value has exactly one encoding, so equal bytes mean equal values, and `decode` refuses any other
 * spelling. Lengths and counts are varints: seven bits a byte, low ones first, the high bit set on all but the last.
 *
 *   undefined, null, false, true   the tag
 *   whole numbers within ±(2^53-1) SMALL + n below 64, else INTEGER n, NEGATIVE -1-n, as varints
 *   other numbers                  FLOAT, 8 bytes, little-endian
 *   bigint                         BIG or BIG_NEGATIVE (-1-n), count of bytes, magnitude, high byte first
 *   string                         SHORT_TEXT + length below 64, else TEXT length; UTF-8
 *   Uint8Array                     BYTES length, bytes
 *   array                          SHORT_ARRAY + count below 32, else ARRAY count; items
 *   Map, Set                       MAP or SET, count; keys and values, or items, in insertion order
 *   object                         SHORT_OBJECT + count below 32, else OBJECT count; length, UTF-8 of the key, value …
 *
 * The compact format differs in two things. Text of which every letter is below U+0100 takes a byte a letter; so do bytes
 * that are kept as text. And an object says the names of its fields once: the second one with the same names in the same
 * order says only the how-manieth of those lists it was.
 *
 *   string                         SHORT_TEXT + length below 64, else TEXT length; a byte a letter
 *   string with other letters      WIDE_TEXT, length; UTF-8
 *   object, new names              SHORT_OBJECT + count below 32, else OBJECT count; length, UTF-8 of each key; values
 *   object, names said before      SHAPE + number of the names; values
 *
 * The first SHAPES_MAX lists of names of one encoding are numbered, in the order in which they are said.
 */

/** The first byte of encoded data. Other formats of the future take another number. */
export const FORMAT: number = 1;
/** The first byte of encoded data in the compact format. */
export const COMPACT_FORMAT: number = 2;

/** The byte that says which shape follows; shapes with small counts carry the count in it. */
export const UNDEFINED: number = 0x00;
export const NULL: number = 0x01;
export const FALSE: number = 0x02;
export const TRUE: number = 0x03;
export const INTEGER: number = 0x04;
export const NEGATIVE: number = 0x05;
export const FLOAT: number = 0x06;
export const BIG: number = 0x07;
export const BIG_NEGATIVE: number = 0x08;
export const TEXT: number = 0x09;
export const BYTES: number = 0x0a;
export const ARRAY: number = 0x0b;
export const MAP: number = 0x0c;
export const SET: number = 0x0d;
export const OBJECT: number = 0x0e;
export const WIDE_TEXT: number = 0x0f;
export const SHAPE: number = 0x20;
export const SMALL: number = 0x40;
export const SHORT_TEXT: number = 0x80;
export const SHORT_ARRAY: number = 0xc0;
export const SHORT_OBJECT: number = 0xe0;

/** Below this, a whole number or the length of a string is part of the tag. */
export const SMALL_END: number = 0x40;
/** Below this, the count of an array or object is part of the tag. */
export const SHORT_END: number = 0x20;
/** Lists of names that are numbered in one encoding; an object with names beyond them says them again. */
export const SHAPES_MAX: number = 0x20;
/** Bytes of one encoded value, 1 GiB. What is larger is to be cut into parts by its owner. */
export const ENCODED_BYTES_MAX: number = 0x4000_0000;
