import type { Bytes } from "./bytes.ts";
import type { KeyValueState } from "./key-value-state.ts";
import { packedTexts, type TextEntries, textEntryWidth, textLengthAt, withoutWaste } from "./leaf-values.ts";
import { keyBytes } from "./sums.ts";
import { isThin, leafEnds, type StoreLeaf, treeAppend, treeLeaves, treeWrite } from "./tree.ts";

/** A slice of a store: some leaves, ascending. */
export interface StoreChunk {
  readonly revision: number;
  readonly leaves: readonly StoreLeaf[];
}

const sliceBytesMax = 65_536;

/** The leaves from a cursor on, as many as make a slice, and where the next one begins. */
export const sliceOf = (
  { root, revision }: KeyValueState,
  cursor: Bytes | null,
): { chunk: StoreChunk; next: Bytes | null } => {
  const leaves: StoreLeaf[] = [];
  let bytes = 0;
  let next: Bytes | null = null;
  treeLeaves(root, cursor ?? "", (leaf) => {
    if (bytes >= sliceBytesMax) {
      next = leaf.keys[0]!;
      return false;
    }
    leaves.push({ keys: leaf.keys, values: withoutWaste(leaf.values) });
    bytes += leaf.bytes - leaf.size * keyBytes;
    return true;
  });
  return { chunk: { revision, leaves }, next };
};

/** A store with a slice behind what it has. */
export const addSlice = (state: KeyValueState, { revision, leaves }: StoreChunk): KeyValueState => {
  for (const leaf of leaves) state.root = treeAppend(state.root, leaf, state.edition);
  state.revision = revision;
  return state;
};

/** A slice as version 1 of the store had it: some keys, ascending, with values as text. */
export interface TextChunk {
  readonly revision: number;
  readonly entries: TextEntries;
}

/** Few keys fill the last leaf up. */
const writeTexts = (state: KeyValueState, entries: TextEntries): void => {
  for (let at = 0; at < entries.length; at += textEntryWidth) {
    const [key, value] = entries.slice(at, at + 2) as [Bytes, Bytes];
    const [createRevision, modRevision, version] = entries.slice(at + 2, at + textEntryWidth) as [
      number,
      number,
      number,
    ];
    state.root = treeWrite(state.root, { key, value, createRevision, modRevision, version }, state.edition);
  }
};

/**
 * A store with a slice of version 1 behind what it has: leaves are made whole. Written one by one, each value would be put
 * between others, and its leaf looked for, which took six times as long.
 */
export const addTextSlice = (state: KeyValueState, { revision, entries }: TextChunk): KeyValueState => {
  const lengths: number[] = [];
  for (let index = 0; index * textEntryWidth < entries.length; index++) lengths.push(textLengthAt(entries, index));
  const ends = leafEnds(lengths);
  let from = 0;
  if (isThin(lengths.length, ends.length)) writeTexts(state, entries);
  else
    for (const end of ends) {
      const keys: Bytes[] = [];
      for (let index = from; index < end; index++) keys.push(entries[index * textEntryWidth] as Bytes);
      state.root = treeAppend(state.root, { keys, values: packedTexts(entries, from, end) }, state.edition);
      from = end;
    }
  state.revision = revision;
  return state;
};
