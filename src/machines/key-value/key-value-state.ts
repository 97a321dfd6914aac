import { hashWord } from "../../model/index.ts";
import type { Bytes } from "./bytes.ts";
import { highWord } from "./sums.ts";
import { emptyTree, type TreeNode, treeDelete, treeDeleteRange, treeWrite, type Written } from "./tree.ts";

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

/** A put at a revision. */
export const put = (state: KeyValueState, key: Bytes, value: Bytes | Uint8Array, revision: number): void => {
  const written: Written = { key, value, modRevision: revision, createRevision: null, version: null };
  state.root = treeWrite(state.root, written, state.edition);
};

/** Takes a key out. Returns how many there were. */
export const remove = (state: KeyValueState, key: Bytes): number => {
  const { size } = state.root;
  const root = treeDelete(state.root, key);
  if (root.size < size) state.root = root;
  return size - root.size;
};

/** Takes the keys of a range out; returns how many there were. */
export const removeRange = (state: KeyValueState, from: Bytes, end: Bytes | null): number => {
  const { size } = state.root;
  const root = treeDeleteRange(state.root, from, end);
  if (root.size < size) state.root = root;
  return size - root.size;
};

/** The hash of a store: 53 bits, made of sums that every write keeps up to date. */
export const storeHash = ({ root: { hashHigh, hashLow }, revision }: KeyValueState): number =>
  (hashWord(hashHigh, revision) >>> 0) * 0x20_0000 + (hashWord(hashLow, highWord(revision)) >>> 11);
