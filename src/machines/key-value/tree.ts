import { assert } from "../../model/index.ts";
import type { Bytes } from "./bytes.ts";
import {
  bytesIn,
  copyValues,
  createRevisionAt,
  insertValue,
  joinedValues,
  type LeafValues,
  lengthAt,
  noValues,
  type OwnValues,
  setValue,
  valuesWithin,
  valuesWithout,
  versionAt,
} from "./leaf-values.ts";
import { addEntry, keyHash, noSums, type Sums } from "./sums.ts";

/**
 * A node of a B+tree: a leaf holds keys with their values, an inner node holds children, and for each the smallest key
 * that may be below it. Nodes are not changed in place, but for those that were made in the edition that is being written:
 * so a root that was kept, and after which a new edition began, is a stable view for ever, what two views have in common
 * is there once, and a write that follows many others since the last view copies nothing. Each node has the sums over all
 * that is below it, so that a range is cut out with its hashes and bytes in the time of two ways down, however many keys
 * it has. Plain data.
 */
export interface TreeNode extends Readonly<Sums> {
  /** Ascending. In an inner node `keys[i]` is at most every key below `children[i]`. Never changed in place. */
  readonly keys: readonly string[];
  /** Null in an inner node. */
  readonly values: LeafValues | null;
  /** Null in a leaf. */
  readonly children: readonly TreeNode[] | null;
  /** How many keys are below. */
  readonly size: number;
  /** The edition in which it was made: that one may change it. 0 for none. */
  readonly edition: number;
}

/** A node of the edition that is being written. */
interface Own extends Sums {
  keys: readonly string[];
  values: OwnValues | null;
  children: TreeNode[] | null;
  size: number;
  readonly edition: number;
}

/** The most keys of a leaf and children of an inner node. */
const widthMax = 32;
/** Bytes of the values of a leaf with more than one key, about: a write after a view copies them. */
const leafBytesMax = 16_384;
/** Below this a node is joined with a neighbour. */
const widthMin = 8;

/** A node; what is below it is not looked at. */
const node = (
  keys: readonly string[],
  values: LeafValues | null,
  children: readonly TreeNode[] | null,
  size: number,
  { bytes, hashHigh, hashLow }: Readonly<Sums>,
  edition: number,
): TreeNode => ({ keys, values, children, size, bytes, hashHigh, hashLow, edition });

/** A leaf whose entries are gone through for their sums. */
const leaf = (keys: readonly string[], values: LeafValues, edition = 0): TreeNode => {
  const sums = noSums();
  for (let at = 0; at < keys.length; at++) addEntry(sums, keyHash(keys[at]!), keys[at]!.length, values, at, 1);
  return node(keys, values, null, keys.length, sums, edition);
};

/** A tree without keys. */
export const emptyTree = (): TreeNode => leaf([], noValues());

const addSums = (to: Sums, { bytes, hashHigh, hashLow }: Readonly<Sums>, sign: 1 | -1): void => {
  to.bytes += sign * bytes;
  to.hashHigh = (to.hashHigh + sign * hashHigh) | 0;
  to.hashLow = (to.hashLow + sign * hashLow) | 0;
};

const inner = (children: readonly TreeNode[], edition = 0): TreeNode => {
  const sums = noSums();
  let size = 0;
  for (const child of children) {
    size += child.size;
    addSums(sums, child, 1);
  }
  const keys = children.map((child) => child.keys[0]!);
  return node(keys, null, children, size, sums, edition);
};

/** The node itself where this edition made it, else a copy that it may change. */
const ownedBy = (before: TreeNode, edition: number): Own => {
  if (edition !== 0 && before.edition === edition) return before as Own;
  const { keys, values, children, size } = before;
  const own = values === null ? null : copyValues(values);
  return node(keys, own, children === null ? null : children.slice(), size, before, edition) as Own;
};

/** An inner node with one child replaced; the other children are not looked at, which at a million keys costs most. */
const withChild = (before: TreeNode, at: number, child: TreeNode): TreeNode => {
  const { keys, children, size } = before;
  const replaced = children![at]!;
  const first = child.keys[0]!;
  const changed = node(
    first === keys[at] ? keys : keys.with(at, first),
    null,
    children!.with(at, child),
    size - replaced.size + child.size,
    before,
    0,
  ) as Own;
  addSums(changed, replaced, -1);
  addSums(changed, child, 1);
  return changed;
};

/** How many of the keys are below `key`. */
const countBelow = (keys: readonly string[], key: string): number => {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The child under which `key` belongs. */
const childFor = (keys: readonly string[], key: string): number => {
  const below = countBelow(keys, key);
  return keys[below] === key ? below : Math.max(0, below - 1);
};

const inserted = <T>(items: readonly T[], at: number, item: T): T[] => {
  const copy = new Array<T>(items.length + 1);
  for (let index = 0; index < at; index++) copy[index] = items[index]!;
  copy[at] = item;
  for (let index = at; index < items.length; index++) copy[index + 1] = items[index]!;
  return copy;
};

/** Where an entry is. */
export interface Place {
  readonly values: LeafValues;
  readonly at: number;
}

/** Where a key is, or null. */
export const treeFind = (root: TreeNode, key: string): Place | null => {
  let below = root;
  while (below.children !== null) below = below.children[childFor(below.keys, key)]!;
  const at = countBelow(below.keys, key);
  return below.keys[at] === key ? { values: below.values!, at } : null;
};

/**
 * Where a full node is cut. Keys that come in ascending order leave full nodes behind, so that a restored snapshot is no
 * wider than it must be; others leave halves.
 */
const cutAt = (length: number, at: number): number => (at === length - 1 ? length - 1 : length >>> 1);

/** What is written of a key. */
export interface Written {
  readonly key: Bytes;
  readonly value: Bytes | Uint8Array;
  readonly modRevision: number;
  /** Null for those that follow from what is there: the next version of what was created before, if it was. */
  readonly createRevision: number | null;
  readonly version: number | null;
}

/** A write on its way down. */
interface Write {
  readonly written: Written;
  readonly edition: number;
  /** What it adds to the sums. */
  readonly change: Sums;
  /** The right half of the node that was written last, where it was cut. */
  right: TreeNode | null;
}

/** Where the values of a leaf are half of all, between two keys. */
const middleOf = (values: LeafValues, keys: number): number => {
  let left = bytesIn(values) / 2;
  let cut = 0;
  while (cut < keys - 1 && left > 0) left -= lengthAt(values, cut++);
  return Math.max(1, cut);
};

/** A leaf that was written at one place; cut in two where it is too wide or has too much. */
const fitting = (own: Own, at: number, write: Write): TreeNode => {
  const { keys, edition } = own;
  const values = own.values!;
  const isWide = keys.length > widthMax;
  if (!isWide && (keys.length === 1 || own.bytes <= leafBytesMax || bytesIn(values) <= leafBytesMax)) return own;
  const cut = isWide || at === keys.length - 1 ? cutAt(keys.length, at) : middleOf(values, keys.length);
  const right = leaf(keys.slice(cut), valuesWithin(values, cut, keys.length), edition);
  own.keys = keys.slice(0, cut);
  own.values = valuesWithin(values, 0, cut);
  own.size = cut;
  addSums(own, right, -1);
  write.right = right;
  return own;
};

const writeInLeaf = (before: TreeNode, write: Write): TreeNode => {
  const { written, edition, change } = write;
  const { key, value, modRevision, createRevision, version } = written;
  const at = countBelow(before.keys, key);
  const own = ownedBy(before, edition);
  const values = own.values!;
  const ofKey = keyHash(key);
  const isNew = own.keys[at] !== key;
  if (isNew) {
    own.keys = inserted(own.keys, at, key);
    own.size++;
    insertValue(values, at, value, createRevision ?? modRevision, modRevision, version ?? 1);
  } else {
    addEntry(change, ofKey, key.length, values, at, -1);
    const created = createRevision ?? createRevisionAt(values, at);
    setValue(values, at, value, created, modRevision, version ?? versionAt(values, at) + 1);
  }
  addEntry(change, ofKey, key.length, values, at, 1);
  addSums(own, change, 1);
  return fitting(own, at, write);
};

/** The node with the key written; where that is too wide `right` is its other half. */
const writeIn = (before: TreeNode, write: Write): TreeNode => {
  if (before.children === null) return writeInLeaf(before, write);
  const { edition } = write;
  const at = childFor(before.keys, write.written.key);
  const { size } = before.children[at]!;
  const child = writeIn(before.children[at]!, write);
  const { right } = write;
  if (right === null) {
    const own = ownedBy(before, edition);
    own.children![at] = child;
    own.size += child.size - size;
    addSums(own, write.change, 1);
    if (child.keys[0] !== own.keys[at]) own.keys = own.keys.with(at, child.keys[0]!);
    return own;
  }
  write.right = null;
  const children = before.children.toSpliced(at, 1, child, right);
  if (children.length <= widthMax) return inner(children, edition);
  const cut = cutAt(children.length, at + 1);
  write.right = inner(children.slice(cut), edition);
  return inner(children.slice(0, cut), edition);
};

/** The tree with a key written. What another edition made stays as it was; in edition 0 nothing is changed in place. */
export const treeWrite = (root: TreeNode, written: Written, edition: number): TreeNode => {
  const write: Write = { written, edition, change: noSums(), right: null };
  const left = writeIn(root, write);
  return write.right === null ? left : inner([left, write.right], edition);
};

/** Two neighbours as one node, or as two that are less uneven. */
const joined = (left: TreeNode, right: TreeNode): readonly TreeNode[] => {
  if (left.children === null || right.children === null) {
    assert(left.children === null && right.children === null, "all leaves of a tree are equally deep");
    if (bytesIn(left.values!) + bytesIn(right.values!) > leafBytesMax) return [left, right];
    const values = joinedValues(left.values!, right.values!);
    const keys = [...left.keys, ...right.keys];
    if (keys.length <= widthMax) return [leaf(keys, values)];
    const cut = keys.length >>> 1;
    return [
      leaf(keys.slice(0, cut), valuesWithin(values, 0, cut)),
      leaf(keys.slice(cut), valuesWithin(values, cut, keys.length)),
    ];
  }
  const children = [...left.children, ...right.children];
  if (children.length <= widthMax) return [inner(children)];
  const cut = children.length >>> 1;
  return [inner(children.slice(0, cut)), inner(children.slice(cut))];
};

/** A leaf without the keys from one index up to another. */
const without = ({ keys, values }: TreeNode, from: number, to: number): TreeNode =>
  leaf(keys.toSpliced(from, to - from), valuesWithout(values!, from, to));

const deleteIn = (node: TreeNode, key: string): TreeNode => {
  if (node.children === null) {
    const at = countBelow(node.keys, key);
    if (node.keys[at] !== key) return node;
    return without(node, at, at + 1);
  }
  const at = childFor(node.keys, key);
  const before = node.children[at]!;
  const after = deleteIn(before, key);
  if (after === before) return node;
  if (after.keys.length >= widthMin) return withChild(node, at, after);
  const children = node.children.slice();
  if (after.keys.length === 0) children.splice(at, 1);
  else if (children.length > 1) {
    const left = at === 0 ? 0 : at - 1;
    const pair = at === 0 ? joined(after, children[1]!) : joined(children[left]!, after);
    children.splice(left, 2, ...pair);
  } else children[at] = after;
  return inner(children);
};

/** The root of what is left: no level of one node above another one. */
const rootOf = (left: TreeNode): TreeNode => {
  let node = left;
  while (node.children !== null && node.children.length <= 1) node = node.children[0] ?? emptyTree();
  return node;
};

/** The tree without the key. The old one stays as it was, and is the answer where the key is not in it. */
export const treeDelete = (root: TreeNode, key: string): TreeNode => rootOf(deleteIn(root, key));

/** What is left of a node; nodes that lie within the range whole are not looked into. */
const cutOut = (node: TreeNode, from: string, end: string | null): TreeNode => {
  const { keys, children } = node;
  if (children === null) {
    const first = countBelow(keys, from);
    const behind = end === null ? keys.length : countBelow(keys, end);
    return without(node, first, behind);
  }
  const first = childFor(keys, from);
  const last = end === null ? children.length - 1 : childFor(keys, end);
  const edges = first === last ? [children[first]!] : [children[first]!, children[last]!];
  const left = edges.map((child) => cutOut(child, from, end)).filter((child) => child.keys.length > 0);
  const rest = children.toSpliced(first, last - first + 1, ...left);
  // The two at the edges may be thin now, and so may what came of joining them.
  for (let at = Math.min(first + 1, rest.length - 1); at >= Math.max(first - 1, 0); at--)
    if (rest.length > 1 && rest[at]!.keys.length < widthMin) {
      const before = Math.max(at - 1, 0);
      rest.splice(before, 2, ...joined(rest[before]!, rest[before + 1]!));
    }
  return inner(rest);
};

/** The tree without the keys from `from` on (included) to `end` (not included; null for no end). The old one stays as it was. */
export const treeDeleteRange = (root: TreeNode, from: string, end: string | null): TreeNode =>
  end === null || from < end ? rootOf(cutOut(root, from, end)) : root;

/** How many keys are below `key`. */
export const treeRank = (root: TreeNode, key: string): number => {
  let node = root;
  let rank = 0;
  while (node.children !== null) {
    const at = childFor(node.keys, key);
    for (let before = 0; before < at; before++) rank += node.children[before]!.size;
    node = node.children[at]!;
  }
  return rank + countBelow(node.keys, key);
};

/**
 * Calls `visit` for the entries from `from` on (included) to `end` (not included; null for no end), ascending, until it
 * returns false.
 */
export const treeVisit = (
  node: TreeNode,
  from: string,
  end: string | null,
  visit: (key: string, values: LeafValues, at: number) => boolean,
): boolean => {
  const { keys, values, children } = node;
  if (children !== null) {
    for (let at = childFor(keys, from); at < children.length; at++) {
      if (end !== null && keys[at]! >= end) return false;
      if (!treeVisit(children[at]!, from, end, visit)) return false;
    }
    return true;
  }
  for (let at = countBelow(keys, from); at < keys.length; at++) {
    const key = keys[at]!;
    if ((end !== null && key >= end) || !visit(key, values!, at)) return false;
  }
  return true;
};

/** A leaf of a snapshot. */
export interface StoreLeaf {
  readonly keys: readonly string[];
  readonly values: LeafValues;
}

/** Calls `visit` for the leaves from the one on that may have `from`, ascending, until it returns false. */
export const treeLeaves = (below: TreeNode, from: string, visit: (leaf: TreeNode & StoreLeaf) => boolean): boolean => {
  const { keys, children } = below;
  if (children === null) return keys.length === 0 || visit(below as TreeNode & StoreLeaf);
  for (let at = childFor(keys, from); at < children.length; at++)
    if (!treeLeaves(children[at]!, from, visit)) return false;
  return true;
};

/** The node with a leaf behind all others, and the node beside it where it is full. */
const append = (below: TreeNode, added: TreeNode, edition: number): readonly TreeNode[] => {
  if (below.children === null) return [below, added];
  const { children } = below;
  const last = append(children.at(-1)!, added, edition);
  if (last.length + children.length - 1 > widthMax) return [below, inner(last.slice(1), edition)];
  const own = ownedBy(below, edition);
  own.children!.splice(children.length - 1, 1, ...last);
  own.keys = last.length === 1 ? own.keys : [...own.keys, last[1]!.keys[0]!];
  own.size += added.size;
  addSums(own, added, 1);
  return [own];
};

/** The tree with a leaf behind all keys: so a snapshot is restored, and no value is looked at. */
export const treeAppend = (root: TreeNode, { keys, values }: StoreLeaf, edition: number): TreeNode => {
  const added = leaf(keys, values);
  if (root.size === 0) return added;
  const nodes = append(root, added, edition);
  return nodes.length === 1 ? nodes[0]! : inner(nodes, edition);
};

/**
 * Where sorted keys with values of these lengths are cut into leaves that are about equally full: the index behind the
 * last key of each.
 */
export const leafEnds = (lengths: readonly number[]): readonly number[] => {
  let total = 0;
  for (const length of lengths) total += length;
  const leaves = Math.max(Math.ceil(lengths.length / widthMax), Math.ceil(total / leafBytesMax));
  const keysEach = Math.ceil(lengths.length / leaves);
  const ends: number[] = [];
  let from = 0;
  let bytes = 0;
  lengths.forEach((length, at) => {
    if (at - from === keysEach || (at > from && bytes + length > leafBytesMax)) {
      ends.push(at);
      from = at;
      bytes = 0;
    }
    bytes += length;
  });
  if (from < lengths.length) ends.push(lengths.length);
  return ends;
};

/** Whether so many sorted keys, in so many leaves, would be thin as leaves of their own: they are written one by one. */
export const isThin = (keys: number, leaves: number): boolean => leaves <= 1 && keys < widthMin;
