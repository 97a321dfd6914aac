import { assert } from "../../model/index.ts";

/**
 * A node of a B+tree: a leaf holds keys with their values, an inner node holds children, and for each the smallest key
 * that may be below it. Nodes are not changed in place, but for those that were made in the edition that is being written:
 * so a root that was kept, and after which a new edition began, is a stable view for ever, what two views have in common
 * is there once, and a write that follows many others since the last view copies nothing. Plain data.
 */
export interface TreeNode<V> {
  /** Ascending. In an inner node `keys[i]` is at most every key below `children[i]`. Never changed in place. */
  readonly keys: readonly string[];
  /** Empty in an inner node. */
  readonly values: readonly V[];
  /** Null in a leaf. */
  readonly children: readonly TreeNode<V>[] | null;
  /** How many keys are below. */
  readonly size: number;
  /** The edition in which it was made: that one may change it. 0 for none. */
  readonly edition: number;
}

/** A node of the edition that is being written. */
type Own<V> = {
  keys: readonly string[];
  values: V[];
  children: TreeNode<V>[] | null;
  size: number;
  readonly edition: number;
};

/** An entry that was found in a tree. */
export interface TreeEntry<V> {
  readonly key: string;
  readonly value: V;
}

/** The most keys of a leaf and children of an inner node. 32 copies about a kilobyte a write. */
const widthMax = 32;
/** Below this a node is joined with a neighbour. */
const widthMin = 8;

/** A tree without keys. */
export const emptyTree = <V>(): TreeNode<V> => ({ keys: [], values: [], children: null, size: 0, edition: 0 });

const leaf = <V>(keys: readonly string[], values: readonly V[], edition = 0): TreeNode<V> => ({
  keys,
  values,
  children: null,
  size: keys.length,
  edition,
});

const inner = <V>(children: readonly TreeNode<V>[], edition = 0): TreeNode<V> => {
  let size = 0;
  for (const child of children) size += child.size;
  return { keys: children.map(({ keys }) => keys[0]!), values: [], children, size, edition };
};

/** The node itself where this edition made it, else a copy that it may change. */
const ownedBy = <V>(node: TreeNode<V>, edition: number): Own<V> => {
  if (edition !== 0 && node.edition === edition) return node as Own<V>;
  const { keys, values, children, size } = node;
  return { keys, values: values.slice(), children: children === null ? null : children.slice(), size, edition };
};

/** An inner node with one child replaced; the other children are not looked at, which at a million keys costs most. */
const withChild = <V>(
  node: TreeNode<V>,
  children: readonly TreeNode<V>[],
  at: number,
  child: TreeNode<V>,
): TreeNode<V> => ({
  keys: child.keys[0] === node.keys[at] ? node.keys : node.keys.with(at, child.keys[0]!),
  values: node.values,
  children: children.with(at, child),
  size: node.size - children[at]!.size + child.size,
  edition: 0,
});

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
export const treeGet = <V>(root: TreeNode<V>, key: string): V | undefined => {
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
interface Write<V> {
  readonly key: string;
  readonly edition: number;
  readonly value: (before: V | undefined) => V;
  /** The right half of the node that was written last, where it was cut. */
  right: TreeNode<V> | null;
}

const writeInLeaf = <V>(node: TreeNode<V>, write: Write<V>): TreeNode<V> => {
  const { key, edition } = write;
  const at = countBelow(node.keys, key);
  if (node.keys[at] === key) {
    const own = ownedBy(node, edition);
    own.values[at] = write.value(own.values[at]);
    return own;
  }
  const keys = inserted(node.keys, at, key);
  const values = inserted(node.values, at, write.value(undefined));
  if (keys.length <= widthMax) return leaf(keys, values, edition);
  const cut = cutAt(keys.length, at);
  write.right = leaf(keys.slice(cut), values.slice(cut), edition);
  return leaf(keys.slice(0, cut), values.slice(0, cut), edition);
};

/** The node with the key written; where that is too wide `right` is its other half. */
const writeIn = <V>(node: TreeNode<V>, write: Write<V>): TreeNode<V> => {
  if (node.children === null) return writeInLeaf(node, write);
  const { edition } = write;
  const at = childFor(node.keys, write.key);
  const before = node.children[at]!;
  const { size } = before;
  const child = writeIn(before, write);
  const { right } = write;
  if (right === null) {
    const own = ownedBy(node, edition);
    own.children![at] = child;
    own.size += child.size - size;
    if (child.keys[0] !== own.keys[at]) own.keys = own.keys.with(at, child.keys[0]!);
    return own;
  }
  write.right = null;
  const children = node.children.toSpliced(at, 1, child, right);
  if (children.length <= widthMax) return inner(children, edition);
  const cut = cutAt(children.length, at + 1);
  write.right = inner(children.slice(cut), edition);
  return inner(children.slice(0, cut), edition);
};

/**
 * The tree with the key set to what `value` makes of what it has, undefined for nothing. What another edition made stays
 * as it was; in edition 0 nothing is changed in place.
 */
export const treeUpdate = <V>(
  root: TreeNode<V>,
  key: string,
  value: (before: V | undefined) => V,
  edition: number,
): TreeNode<V> => {
  const write: Write<V> = { key, edition, value, right: null };
  const left = writeIn(root, write);
  return write.right === null ? left : inner([left, write.right], edition);
};

/** Two neighbours as one node, or as two of about the same width. */
const joined = <V>(left: TreeNode<V>, right: TreeNode<V>): readonly TreeNode<V>[] => {
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

const deleteIn = <V>(node: TreeNode<V>, key: string): TreeNode<V> => {
  if (node.children === null) {
    const at = countBelow(node.keys, key);
    if (node.keys[at] !== key) return node;
    return leaf(node.keys.toSpliced(at, 1), node.values.toSpliced(at, 1));
  }
  const at = childFor(node.keys, key);
  const before = node.children[at]!;
  const after = deleteIn(before, key);
  if (after === before) return node;
  if (after.keys.length >= widthMin) return withChild(node, node.children, at, after);
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
const rootOf = <V>(left: TreeNode<V>): TreeNode<V> => {
  let node = left;
  while (node.children !== null && node.children.length <= 1) node = node.children[0] ?? emptyTree<V>();
  return node;
};

/** The tree without the key. The old one stays as it was, and is the answer where the key is not in it. */
export const treeDelete = <V>(root: TreeNode<V>, key: string): TreeNode<V> => rootOf(deleteIn(root, key));

/** What is left of a node; nodes that lie within the range whole are not looked into. */
const cutOut = <V>(node: TreeNode<V>, from: string, end: string | null): TreeNode<V> => {
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
export const treeDeleteRange = <V>(root: TreeNode<V>, from: string, end: string | null): TreeNode<V> =>
  end === null || from < end ? rootOf(cutOut(root, from, end)) : root;

/** How many keys are below `key`. */
export const treeRank = <V>(root: TreeNode<V>, key: string): number => {
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
export const treeVisit = <V>(
  node: TreeNode<V>,
  from: string,
  end: string | null,
  visit: (key: string, value: V) => boolean,
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
