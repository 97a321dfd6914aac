/*
 * Plain data: the one kind of value that states, messages and disk records are made of (design.md 5). Any host can
 * copy, compare, hash, encode, freeze, show and diff it without knowing the protocol.
 */

/**
 * Numbers (finite, no -0), strings, booleans, null, undefined, bigints, bytes, and arrays, Maps, Sets and plain objects
 * of them, at most 100 levels deep and without cycles. Order of insertion is part of a value. The keys of objects are
 * neither integer-like nor `__proto__`: use a Map there.
 */
export type Plain =
  | undefined
  | null
  | boolean
  | number
  | string
  | bigint
  | Uint8Array
  | readonly Plain[]
  | ReadonlyMap<Plain, Plain>
  | ReadonlySet<Plain>
  | { readonly [key: string]: Plain };

export { clone } from "./plain-clone.ts";
export { decode, decodeWithin } from "./plain-decode.ts";
export { describe } from "./plain-describe.ts";
export { DIFFERENCES_MAX, diffPlain, type PlainDifference } from "./plain-diff.ts";
export { type EncodeOptions, type EncodeTarget, encode, encodeCompact, encodeInto } from "./plain-encode.ts";
export { equal } from "./plain-equal.ts";
export { PlainDataError } from "./plain-error.ts";
export { freeze } from "./plain-freeze.ts";
export { hashPlain, hashPlain53, hashText, hashWord, toHex, toHex53 } from "./plain-hash.ts";
export { refusalOf } from "./plain-refusal.ts";
export { readUtf8 } from "./plain-utf8.ts";
