import { assert } from "../../model/index.ts";
import { addEntry, noSums, type Stored, type Sums } from "./stored.ts";

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
  /** Empty in an inner node. */
  readonly values: readonly Stored[];
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
  values: Stored[];
  children: TreeNode[] | null;
  size: number;
  readonly edition: number;
}

/** The most keys of a leaf and children of an inner node. 32 copies about a kilobyte a write. */
const widthMax = 32;
/** Below this a node is joined with a neighbour. */
const widthMin = 8;

/** A node; what is below it is not looked at. */
const node = (
  keys: readonly string[],
  values: readonly Stored[],
  children: readonly TreeNode[] | null,
  size: number,
  { bytes, hashHigh, hashLow }: Readonly<Sums>,
  edition: number,
): TreeNode => ({ keys, values, children, size, bytes, hashHigh, hashLow, edition });

const leafWith = (
  keys: readonly string[],
  values: readonly Stored[],
  sums: Readonly<Sums>,
  edition: number,
): TreeNode => node(keys, values, null, keys.length, sums, edition);

/** A leaf whose entries are gone through for their sums. */
const leaf = (keys: readonly string[], values: readonly Stored[], edition = 0): TreeNode => {
  const sums = noSums();
  for (let at = 0; at < keys.length; at++) addEntry(sums, keys[at]!, values[at]!, 1);
  return leafWith(keys, values, sums, edition);
};

/** A tree without keys. */
export const emptyTree = (): TreeNode => leaf([], []);

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
  return node(keys, [], children, size, sums, edition);
};

/** The node itself where this edition made it, else a copy that it may change. */
const ownedBy = (before: TreeNode, edition: number): Own => {
  if (edition !== 0 && before.edition === edition) return before as Own;
  const { keys, values, children, size } = before;
  return node(keys, values.slice(), children === null ? null : children.slice(), size, before, edition) as Own;
};

/** An inner node with one child replaced; the other children are not looked at, which at a million keys costs most. */
const withChild = (before: TreeNode, at: number, child: TreeNode): TreeNode => {
  const { keys, children, size } = before;
  const replaced = children![at]!;
  const first = child.keys[0]!;
  const changed = node(
    first === keys[at] ? keys : keys.with(at, first),
    [],
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

/** The value of a key, or undefined. */
export const treeGet = (root: TreeNode, key: string): Stored | undefined => {
  let node = root;
  while (node.children !== null) node = node.children[childFor(node.keys, key)]!;
  const at = countBelow(node.keys, key);
  return node.keys[at] === key ? node.values[at] : undefined;
};

/**
 * Where a full node is cut. Keys that come in ascending order leave full nodes behind, so that a restored snapshot is no
 * wider than it must be; others leave halves.
 */
const cutAt = (length: number, at: number): number => (at === length - 1 ? length - 1 : length >>> 1);

/** A write on its way down. */
interface Write {
  readonly key: string;
  readonly edition: number;
  readonly value: (before: Stored | undefined) => Stored;
  /** What it adds to the sums. */
  readonly change: Sums;
  /** The right half of the node that was written last, where it was cut. */
  right: TreeNode | null;
}

const writeInLeaf = (before: TreeNode, write: Write): TreeNode => {
  const { key, edition, change } = write;
  const at = countBelow(before.keys, key);
  if (before.keys[at] === key) {
    const own = ownedBy(before, edition);
    const [old, value] = [own.values[at]!, write.value(own.values[at])];
    addEntry(change, key, old, -1);
    addEntry(change, key, value, 1);
    own.values[at] = value;
    addSums(own, change, 1);
    return own;
  }
  const value = write.value(undefined);
  addEntry(change, key, value, 1);
  const keys = inserted(before.keys, at, key);
  const values = inserted(before.values, at, value);
  const all = leafWith(keys, values, before, edition) as Own;
  addSums(all, change, 1);
  if (keys.length <= widthMax) return all;
  const cut = cutAt(keys.length, at);
  const right = leaf(keys.slice(cut), values.slice(cut), edition);
  const left = leafWith(keys.slice(0, cut), values.slice(0, cut), all, edition);
  addSums(left as Own, right, -1);
  write.right = right;
  return left;
};

/** The node with the key written; where that is too wide `right` is its other half. */
const writeIn = (before: TreeNode, write: Write): TreeNode => {
  if (before.children === null) return writeInLeaf(before, write);
  const { edition } = write;
  const at = childFor(before.keys, write.key);
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

/**
 * The tree with the key set to what `value` makes of what it has, undefined for nothing. What another edition made stays
 * as it was; in edition 0 nothing is changed in place.
 */
export const treeUpdate = (
  root: TreeNode,
  key: string,
  value: (before: Stored | undefined) => Stored,
  edition: number,
): TreeNode => {
  const write: Write = { key, edition, value, change: noSums(), right: null };
  const left = writeIn(root, write);
  return write.right === null ? left : inner([left, write.right], edition);
};

/** Two neighbours as one node, or as two of about the same width. */
const joined = (left: TreeNode, right: TreeNode): readonly TreeNode[] => {
  if (left.children === null || right.children === null) {
    assert(left.children === null && right.children === null, "all leaves of a tree are equally deep");
    const keys = [...left.keys, ...right.keys];
    const values = [...left.values, ...right.values];
    if (keys.length <= widthMax) return [leaf(keys, values)];
    const cut = keys.length >>> 1;
    return [leaf(keys.slice(0, cut), values.slice(0, cut)), leaf(keys.slice(cut), values.slice(cut))];
  }
  const children = [...left.children, ...right.children];
  if (children.length <= widthMax) return [inner(children)];
  const cut = children.length >>> 1;
  return [inner(children.slice(0, cut)), inner(children.slice(cut))];
};

const deleteIn = (node: TreeNode, key: string): TreeNode => {
  if (node.children === null) {
    const at = countBelow(node.keys, key);
    if (node.keys[at] !== key) return node;
    return leaf(node.keys.toSpliced(at, 1), node.values.toSpliced(at, 1));
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
  const { keys, values, children } = node;
  if (children === null) {
    const first = countBelow(keys, from);
    const behind = end === null ? keys.length : countBelow(keys, end);
    return leaf(keys.toSpliced(first, behind - first), values.toSpliced(first, behind - first));
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
  visit: (key: string, value: Stored) => boolean,
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
    if ((end !== null && key >= end) || !visit(key, values[at]!)) return false;
  }
  return true;
};
