import { hashText, hashWord } from "../../model/index.ts";
import type { Bytes } from "./bytes.ts";

/** What is stored of a key. */
export interface Stored {
  readonly value: Bytes;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  /** The hash of the value, so that it is gone through once only. */
  readonly valueHash: number;
}

/** What is stored of a value. */
export const storedOf = (value: Bytes, createRevision: number, modRevision: number, version: number): Stored => ({
  value,
  createRevision,
  modRevision,
  version,
  valueHash: hashText(0x5be0_cd19, value),
});

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

/** What the numbers of a float beyond 32 bits say. */
export const highWord = (number: number): number => Math.floor(number / 0x1_0000_0000);

const mixed = (seed: number, key: number, { createRevision, modRevision, version, valueHash }: Stored): number => {
  const numbers = hashWord(hashWord(hashWord(hashWord(seed, key), valueHash), createRevision), modRevision);
  return hashWord(hashWord(hashWord(numbers, version), highWord(createRevision)), highWord(modRevision));
};

/** Adds an entry to sums, or takes it out again. */
export const addEntry = (sums: Sums, key: Bytes, stored: Stored, sign: 1 | -1): void => {
  const ofKey = hashText(0x1f83_d9ab, key);
  sums.hashHigh = (sums.hashHigh + sign * mixed(0x3c6e_f372, ofKey, stored)) | 0;
  sums.hashLow = (sums.hashLow + sign * mixed(0x510e_527f, ofKey, stored)) | 0;
  sums.bytes += sign * (key.length + stored.value.length + keyBytes);
};
