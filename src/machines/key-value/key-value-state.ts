import { hashText, hashWord } from "../../model/index.ts";
import type { Bytes } from "./bytes.ts";
import type { KeyValue } from "./key-value-types.ts";
import { emptyTree, type TreeNode, treeDelete, treeDeleteRange, treeGet, treeUpdate, treeVisit } from "./tree.ts";

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

/** The state of a store: all but the tree are numbers. */
export interface KeyValueState {
  root: TreeNode<Stored>;
  /** The revision of the last write; an empty store has 1. */
  revision: number;
  /** Of keys and values, with `keyBytes` for each key. */
  bytes: number;
  /** Sums of hashes of the entries: the order in which they came does not matter. */
  hashHigh: number;
  hashLow: number;
  /** Which nodes of the tree writes may change in place: those that were made in this edition. */
  edition: number;
}

/** What a key takes beside its own bytes and those of its value, about. */
export const keyBytes = 128;

/** A store without keys. */
export const emptyStore = (): KeyValueState => ({
  root: emptyTree(),
  revision: 1,
  bytes: 0,
  hashHigh: 0,
  hashLow: 0,
  edition: 1,
});

/** A view that later writes leave as it is, and that leaves the state as it is when it is written itself. */
export const viewOf = (state: KeyValueState): KeyValueState => {
  const { root, revision, bytes, hashHigh, hashLow } = state;
  // Of two editions ahead one is for the view and one for the state: neither changes what both have.
  const edition = state.edition + 1;
  state.edition = edition + 1;
  return { root, revision, bytes, hashHigh, hashLow, edition };
};

const high = (number: number): number => Math.floor(number / 0x1_0000_0000);

const mixed = (seed: number, key: number, { createRevision, modRevision, version, valueHash }: Stored): number => {
  const numbers = hashWord(hashWord(hashWord(hashWord(seed, key), valueHash), createRevision), modRevision);
  return hashWord(hashWord(hashWord(numbers, version), high(createRevision)), high(modRevision));
};

/** Adds an entry to the sums, or takes it out again. */
const count = (state: KeyValueState, key: Bytes, stored: Stored, sign: 1 | -1): void => {
  const ofKey = hashText(0x1f83_d9ab, key);
  state.hashHigh = (state.hashHigh + sign * mixed(0x3c6e_f372, ofKey, stored)) | 0;
  state.hashLow = (state.hashLow + sign * mixed(0x510e_527f, ofKey, stored)) | 0;
  state.bytes += sign * (key.length + stored.value.length + keyBytes);
};

/** Puts an entry as it is under a key that has none. */
export const store = (state: KeyValueState, key: Bytes, stored: Stored): void => {
  count(state, key, stored, 1);
  state.root = treeUpdate(state.root, key, () => stored, state.edition);
};

/** A put at a revision. Returns what was there. */
export const put = (state: KeyValueState, key: Bytes, value: Bytes, revision: number): Stored | undefined => {
  let found: Stored | undefined;
  const next = (before: Stored | undefined): Stored => {
    found = before;
    const stored = storedOf(value, before?.createRevision ?? revision, revision, (before?.version ?? 0) + 1);
    if (before !== undefined) count(state, key, before, -1);
    count(state, key, stored, 1);
    return stored;
  };
  state.root = treeUpdate(state.root, key, next, state.edition);
  return found;
};

/** Takes a key out. Returns what was there. */
export const remove = (state: KeyValueState, key: Bytes): Stored | undefined => {
  const before = treeGet(state.root, key);
  if (before === undefined) return undefined;
  count(state, key, before, -1);
  state.root = treeDelete(state.root, key);
  return before;
};

/** Takes the keys of a range out. `visit` hears what was there, ascending; returns how many there were. */
export const removeRange = (
  state: KeyValueState,
  from: Bytes,
  end: Bytes | null,
  visit: (key: Bytes, stored: Stored) => void,
): number => {
  const before = state.root.size;
  treeVisit(state.root, from, end, (key, stored) => {
    count(state, key, stored, -1);
    visit(key, stored);
    return true;
  });
  const root = treeDeleteRange(state.root, from, end);
  if (root.size < before) state.root = root;
  return before - root.size;
};

/** The hash of a store: 53 bits, made of sums that every write keeps up to date. */
export const storeHash = ({ hashHigh, hashLow, revision }: KeyValueState): number =>
  (hashWord(hashHigh, revision) >>> 0) * 0x20_0000 + (hashWord(hashLow, high(revision)) >>> 11);

/** An entry as clients see it. */
export const keyValueOf = (key: Bytes, { value, createRevision, modRevision, version }: Stored): KeyValue => ({
  key,
  value,
  createRevision,
  modRevision,
  version,
});
