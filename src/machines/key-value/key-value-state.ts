import { hashWord } from "../../model/index.ts";
import type { Bytes } from "./bytes.ts";
import type { KeyValue } from "./key-value-types.ts";
import { highWord, type Stored, storedOf } from "./stored.ts";
import { emptyTree, type TreeNode, treeDelete, treeDeleteRange, treeGet, treeUpdate, treeVisit } from "./tree.ts";

/** The state of a store. */
export interface KeyValueState {
  /** All keys; the sums over them are its hash and its size. */
  root: TreeNode;
  /** The revision of the last write; an empty store has 1. */
  revision: number;
  /** Which nodes of the tree writes may change in place: those that were made in this edition. */
  edition: number;
}

/** A store without keys. */
export const emptyStore = (): KeyValueState => ({ root: emptyTree(), revision: 1, edition: 1 });

/** A view that later writes leave as it is, and that leaves the state as it is when it is written itself. */
export const viewOf = (state: KeyValueState): KeyValueState => {
  const { root, revision } = state;
  // Of two editions ahead one is for the view and one for the state: neither changes what both have.
  const edition = state.edition + 1;
  state.edition = edition + 1;
  return { root, revision, edition };
};

/** Puts an entry as it is under a key that has none. */
export const store = (state: KeyValueState, key: Bytes, stored: Stored): void => {
  state.root = treeUpdate(state.root, key, () => stored, state.edition);
};

/** A put at a revision. Returns what was there. */
export const put = (state: KeyValueState, key: Bytes, value: Bytes, revision: number): Stored | undefined => {
  let found: Stored | undefined;
  const next = (before: Stored | undefined): Stored => {
    found = before;
    return storedOf(value, before?.createRevision ?? revision, revision, (before?.version ?? 0) + 1);
  };
  state.root = treeUpdate(state.root, key, next, state.edition);
  return found;
};

/** Takes a key out. Returns what was there. */
export const remove = (state: KeyValueState, key: Bytes): Stored | undefined => {
  const before = treeGet(state.root, key);
  if (before !== undefined) state.root = treeDelete(state.root, key);
  return before;
};

/** Takes the keys of a range out; returns how many there were. `visit`, if there is one, hears what was there, ascending. */
export const removeRange = (
  state: KeyValueState,
  from: Bytes,
  end: Bytes | null,
  visit: ((key: Bytes, stored: Stored) => void) | null,
): number => {
  const before = state.root.size;
  if (visit !== null)
    treeVisit(state.root, from, end, (key, stored) => {
      visit(key, stored);
      return true;
    });
  const root = treeDeleteRange(state.root, from, end);
  if (root.size < before) state.root = root;
  return before - root.size;
};

/** The hash of a store: 53 bits, made of sums that every write keeps up to date. */
export const storeHash = ({ root: { hashHigh, hashLow }, revision }: KeyValueState): number =>
  (hashWord(hashHigh, revision) >>> 0) * 0x20_0000 + (hashWord(hashLow, highWord(revision)) >>> 11);

/** An entry as clients see it. */
export const keyValueOf = (key: Bytes, { value, createRevision, modRevision, version }: Stored): KeyValue => ({
  key,
  value,
  createRevision,
  modRevision,
  version,
});
