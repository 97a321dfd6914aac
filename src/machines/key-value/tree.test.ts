import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyStore, type KeyValueState, put, remove, removeRange, storeHash, viewOf } from "./key-value-state.ts";
import { bytesIn, keyValueAt, modRevisionAt, valueAt } from "./leaf-values.ts";
import { addSlice, addTextSlice, sliceOf } from "./store-slices.ts";
import { addEntry, keyHash, noSums, type Sums } from "./sums.ts";
import {
  emptyTree,
  type TreeNode,
  treeDelete,
  treeDeleteRange,
  treeFind,
  treeLeaves,
  treeRank,
  treeVisit,
  treeWrite,
} from "./tree.ts";

type Change = { readonly kind: "set"; readonly key: string; readonly value: number } | { kind: "delete"; key: string };

/** Texts of many lengths, each of which says its number. */
const textOf = (value: number): string => `${value}:${"v".repeat(value % 50)}`;

const treeSet = (root: TreeNode, at: string, value: number, edition = 0): TreeNode =>
  treeWrite(
    root,
    { key: at, value: textOf(value), modRevision: value, createRevision: value, version: value },
    edition,
  );
const key = fc.integer({ min: 0, max: 400 }).map((n) => String.fromCharCode(n % 256, n >> 2));
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("set" as const), key, value: fc.nat(1_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), key }) },
);

const apply = (root: TreeNode, it: Change, edition = 0): TreeNode =>
  it.kind === "set" ? treeSet(root, it.key, it.value, edition) : treeDelete(root, it.key);

const entriesOf = (root: TreeNode, from = "", end: string | null = null): [string, number][] => {
  const found: [string, number][] = [];
  treeVisit(root, from, end, (at, values, index) => {
    const value = modRevisionAt(values, index);
    expect(valueAt(values, index)).toBe(textOf(value));
    found.push([at, value]);
    return true;
  });
  return found;
};

const sorted = (map: ReadonlyMap<string, number>): [string, number][] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

const sumsIn = (node: TreeNode): Sums => {
  const sums = noSums();
  treeVisit(node, "", null, (at, values, index) => {
    addEntry(sums, keyHash(at), at.length, values, index, 1);
    return true;
  });
  return sums;
};

const get = (root: TreeNode, at: string): number | undefined => {
  const found = treeFind(root, at);
  return found === null ? undefined : modRevisionAt(found.values, found.at);
};

/** What a B+tree promises of its form, node by node. Returns the depth. */
const wellFormed = (node: TreeNode, isRoot = true): number => {
  expect(node.keys.length).toBeLessThanOrEqual(32);
  if (!isRoot) expect(node.keys.length).toBeGreaterThan(0);
  expect([...node.keys].sort()).toEqual(node.keys);
  expect(node).toMatchObject(sumsIn(node));
  if (node.children === null) {
    expect(node.values!.slots.length).toBe(6 * node.keys.length);
    expect(node.size).toBe(node.keys.length);
    return 1;
  }
  expect(node.size).toBe(node.children.reduce((sum, { size }) => sum + size, 0));
  expect(node.keys).toEqual(node.children.map(({ keys }) => keys[0]));
  const depths = node.children.map((child) => wellFormed(child, false));
  expect(new Set(depths).size).toBe(1);
  return 1 + depths[0]!;
};

describe("the persistent tree", () => {
  it("is a sorted map, whatever is set and deleted", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 600 }), key, key, fc.nat(1), (changes, from, end, edition) => {
        let root = emptyTree();
        const model = new Map<string, number>();
        for (const each of changes) {
          root = apply(root, each, edition);
          if (each.kind === "set") model.set(each.key, each.value);
          else model.delete(each.key);
        }
        wellFormed(root);
        expect(root.size).toBe(model.size);
        expect(entriesOf(root)).toEqual(sorted(model));
        expect(entriesOf(root, from, end)).toEqual(sorted(model).filter(([at]) => at >= from && at < end));
        expect(treeRank(root, from)).toBe(sorted(model).filter(([at]) => at < from).length);
        expect(get(root, from)).toBe(model.get(from));
      }),
      { numRuns: 60 },
    );
  });

  it("loses a range as if its keys were deleted one by one", () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 600 }),
        key,
        fc.option(key),
        fc.nat(1),
        (changes, from, end, edition) => {
          let root = emptyTree();
          for (const each of changes) root = apply(root, each, edition);
          const before = entriesOf(root);
          const cut = treeDeleteRange(root, from, end);
          wellFormed(cut);
          expect(entriesOf(cut)).toEqual(before.filter(([at]) => at < from || (end !== null && at >= end)));
          expect(entriesOf(root)).toEqual(before);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("leaves every older tree as it was", () => {
    let root = emptyTree();
    const views: { readonly root: TreeNode; readonly entries: [string, number][] }[] = [];
    for (let step = 0; step < 2_000; step++) {
      const at = String((step * 7_919) % 500).padStart(3, "0");
      root = step % 3 === 2 ? treeDelete(root, at) : treeSet(root, at, step);
      if (step % 100 === 0) views.push({ root, entries: entriesOf(root) });
    }
    for (const view of views) expect(entriesOf(view.root)).toEqual(view.entries);
  });

  it("leaves what older editions made as it was, and changes its own", () => {
    let root = emptyTree();
    let edition = 1;
    const views: { readonly root: TreeNode; readonly entries: [string, number][] }[] = [];
    for (let step = 0; step < 2_000; step++) {
      const at = String((step * 7_919) % 500).padStart(3, "0");
      root = step % 7 === 2 ? treeDelete(root, at) : treeSet(root, at, step, edition);
      if (step % 7 !== 2) expect(treeSet(root, at, step, edition)).toBe(root);
      if (step % 100 > 0) continue;
      views.push({ root, entries: entriesOf(root) });
      edition++;
    }
    for (const view of views) expect(entriesOf(view.root)).toEqual(view.entries);
  });

  it("has leaves of few kilobytes, or of one key, however large values are", () => {
    let root = emptyTree();
    const sizes = new Map<string, number>();
    for (let step = 0; step < 600; step++) {
      const at = String((step * 7_919) % 211).padStart(3, "0");
      const size = step % 50 === 0 ? 40_000 : (step * 37) % 4_000;
      sizes.set(at, size);
      const value = new Uint8Array(size).fill(size);
      root = treeWrite(root, { key: at, value, modRevision: step, createRevision: null, version: null }, 1);
    }
    wellFormed(root);
    treeVisit(root, "", null, (at, values, index) => {
      expect(valueAt(values, index)).toBe(String.fromCharCode(sizes.get(at)! & 0xff).repeat(sizes.get(at)!));
      return true;
    });
    treeLeaves(root, "", ({ keys, values }) => {
      if (keys.length > 1) expect(bytesIn(values)).toBeLessThan(2 * 16_384 + 40_000);
      return true;
    });
  });

  it("has full leaves when keys come in order, as from a snapshot", () => {
    let root = emptyTree();
    for (let at = 0; at < 10_000; at++) root = treeSet(root, String(at).padStart(6, "0"), at);
    const leaves = (node: TreeNode): number =>
      node.children === null ? 1 : node.children.reduce((sum, child) => sum + leaves(child), 0);
    expect(leaves(root)).toBe(Math.ceil(10_000 / 32));
  });
});

describe("a store of slices", () => {
  /** Lengths of values: none, a few bytes, about a leaf's fill, more than a leaf. */
  const length = fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 6, arbitrary: fc.nat(300) },
    { weight: 2, arbitrary: fc.nat(6_000) },
    { weight: 1, arbitrary: fc.integer({ min: 16_000, max: 40_000 }) },
  );
  const written = fc.array(fc.tuple(key, length, fc.nat(255)), { maxLength: 300 });

  const storeOf = (puts: readonly (readonly [string, number, number])[]): KeyValueState => {
    const state = emptyStore();
    for (const [at, bytes, byte] of puts) {
      put(state, at, new Uint8Array(bytes).fill(byte, 0, bytes >> 1), state.revision + 1);
      state.revision++;
    }
    return state;
  };

  const allOf = (state: KeyValueState): object[] => {
    const all: object[] = [];
    treeVisit(state.root, "", null, (at, values, index) => {
      all.push(keyValueAt(at, values, index));
      return true;
    });
    return all;
  };

  /** As version 1 would have cut it, had its slices so many keys. */
  const fromTexts = (state: KeyValueState, sizes: readonly number[]): KeyValueState => {
    const values = allOf(state).map((entry) => Object.values(entry) as (string | number)[]);
    let copy = emptyStore();
    for (let from = 0, slice = 0; from < values.length || slice === 0; slice++) {
      const behind = from + sizes[slice % sizes.length]!;
      copy = addTextSlice(copy, { revision: state.revision, entries: values.slice(from, behind).flat() });
      from = behind;
    }
    return copy;
  };

  const fromLeaves = (state: KeyValueState): KeyValueState => {
    const view = viewOf(state);
    let copy = emptyStore();
    let cursor: string | null = null;
    do {
      const { chunk, next } = sliceOf(view, cursor);
      copy = addSlice(copy, chunk);
      cursor = next;
    } while (cursor !== null);
    return copy;
  };

  const expectSame = (copy: KeyValueState, state: KeyValueState): void => {
    wellFormed(copy.root);
    const { size, bytes, hashHigh, hashLow } = state.root;
    expect(copy.root).toMatchObject({ size, bytes, hashHigh, hashLow });
    expect(copy.revision).toBe(state.revision);
    expect(storeHash(copy)).toBe(storeHash(state));
    expect(allOf(copy)).toEqual(allOf(state));
  };

  it("is the store that they are of, and stays it whatever both are written", () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 120 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(written, sizes, written, fc.nat(1), (puts, ofSlices, later, form) => {
        const state = storeOf(puts);
        const copy = form === 0 ? fromTexts(state, ofSlices) : fromLeaves(state);
        expectSame(copy, state);
        const still = viewOf(copy);
        const before = allOf(still);
        later.forEach(([at, bytes, byte], step) => {
          for (const each of [state, copy]) {
            if (step % 9 === 8) removeRange(each, at, `${at}\x40`);
            else if (step % 3 === 2) remove(each, at);
            else put(each, at, new Uint8Array(bytes).fill(byte), each.revision + 1);
            each.revision++;
          }
        });
        expectSame(copy, state);
        expect(allOf(still)).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  it("has leaves that are about equally full, none of them thin where a slice is not", () => {
    const copy = fromTexts(storeOf(Array.from({ length: 330 }, (_, at) => [String(at + 1_000), 256, at])), [110, 3]);
    const widths: number[] = [];
    treeLeaves(copy.root, "", ({ keys }) => widths.push(keys.length) > 0);
    // 110 keys are four leaves of 28 at most, and the 104 at the end of 26; three keys of a small slice go into the last leaf.
    expect(widths).toEqual([28, 28, 28, 29, 28, 28, 28, 29, 26, 26, 26, 26]);
  });

  it("refuses a value that is no bytes", () => {
    const entries = Array.from({ length: 10 }, (_, at) => [`k${at}`, at === 7 ? "\u0100" : "v", 2, 2, 1]).flat();
    expect(() => addTextSlice(emptyStore(), { revision: 2, entries })).toThrow("a value is bytes");
  });
});
