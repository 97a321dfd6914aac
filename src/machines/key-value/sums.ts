import { hashText, hashWord } from "../../model/index.ts";
import type { Bytes } from "./bytes.ts";
import { createRevisionAt, type LeafValues, lengthAt, modRevisionAt, valueHashAt, versionAt } from "./leaf-values.ts";

/** Sums over entries: the order in which they came does not matter. */
export interface Sums {
  /** Of keys and values, with `keyBytes` for each key. */
  bytes: number;
  /** Of two hashes of each entry. */
  hashHigh: number;
  hashLow: number;
}

/** What a key takes beside its own bytes and those of its value, about. */
export const keyBytes = 128;

/** Over no entries. */
export const noSums = (): Sums => ({ bytes: 0, hashHigh: 0, hashLow: 0 });

/** What a number has beyond 32 bits. */
export const highWord = (number: number): number => ((number | 0) === number ? 0 : Math.floor(number / 0x1_0000_0000));

/** The hash of a key, which goes into that of its entry. */
export const keyHash = (key: Bytes): number => hashText(0x1f83_d9ab, key);

/** Adds the entry of a key to sums, or takes it out again. `ofKey` is the hash of the key, `keyLength` its bytes. */
export const addEntry = (
  sums: Sums,
  ofKey: number,
  keyLength: number,
  values: LeafValues,
  at: number,
  sign: 1 | -1,
): void => {
  const [created, modified] = [createRevisionAt(values, at), modRevisionAt(values, at)];
  const ofValue = hashWord(hashWord(ofKey, valueHashAt(values, at)), versionAt(values, at));
  const low = hashWord(hashWord(hashWord(ofValue, created), modified), highWord(created) ^ (highWord(modified) << 16));
  sums.hashLow = (sums.hashLow + sign * low) | 0;
  sums.hashHigh = (sums.hashHigh + sign * hashWord(low, ofKey)) | 0;
  sums.bytes += sign * (keyLength + lengthAt(values, at) + keyBytes);
};
