import { describe, expect, it } from "vitest";
import { DIFFERENCES_MAX, diffPlain } from "./plain.ts";

const cases: readonly (readonly [string, unknown, unknown, readonly (readonly [string, unknown, unknown])[]])[] = [
  ["nothing", { a: [1] }, { a: [1] }, []],
  ["the whole value", 1, "1", [["", 1, "1"]]],
  ["another kind", { a: [] }, { a: {} }, [["a", [], {}]]],
  ["a field in depth", { pending: [{ body: 1 }, 2] }, { pending: [{ body: 3 }, 2] }, [["pending[0].body", 1, 3]]],
  ["a field that came", { a: 1 }, { a: 1, b: undefined }, [["b", undefined, undefined]]],
  ["a field that left", { a: 1, b: 2 }, { b: 2 }, [["a", 1, undefined]]],
  ["a name that is no identifier", { "a b": 1 }, { "a b": 2 }, [['["a b"]', 1, 2]]],
  ["the first item of a queue that left", [1, 2, 3], [2, 3], [["[0]", 1, undefined]]],
  ["an item in the middle that came", [1, 3], [1, 2, 3], [["[1]", undefined, 2]]],
  ["an item at the end that came", { log: ["a"] }, { log: ["a", "b"] }, [["log[1]", undefined, "b"]]],
  [
    "a Map",
    new Map([
      ["a", 1],
      ["b", 2],
    ]),
    new Map([
      ["a", 3],
      ["c", 4],
    ]),
    [
      ['.get("a")', 1, 3],
      ['.get("b")', 2, undefined],
      ['.get("c")', undefined, 4],
    ],
  ],
  ["a Map with keys that are objects", { m: new Map([[[1], 1]]) }, { m: new Map([[[1], 2]]) }, [["m.get([1])", 1, 2]]],
  [
    "keys of several kinds",
    new Map<unknown, number>([[1, 1]]),
    new Map<unknown, number>([["1", 1]]),
    [
      [".get(1)", 1, undefined],
      ['.get("1")', undefined, 1],
    ],
  ],
  [
    "a Set",
    { seen: new Set([1, 2]) },
    { seen: new Set([2, 7]) },
    [
      ["seen.has(1)", 1, undefined],
      ["seen.has(7)", undefined, 7],
    ],
  ],
  ["bytes", new Uint8Array([1]), new Uint8Array([2]), [["", new Uint8Array([1]), new Uint8Array([2])]]],
  ["the order of keys", { a: 1, b: 2 }, { b: 2, a: 1 }, [["(order)", ["a", "b"], ["b", "a"]]]],
  ["the order of a Set", { s: new Set([1, 2]) }, { s: new Set([2, 1]) }, [["s (order)", [1, 2], [2, 1]]]],
];

describe("diffPlain", () => {
  it.each(cases)("finds %s", (_, before, after, expected) => {
    expect(diffPlain(before, after)).toStrictEqual(
      expected.map(([path, was, is]) => ({ path, before: was, after: is })),
    );
  });

  it("stops at its limit", () => {
    const before = Array.from({ length: 5_000 }, (_, index) => ({ index }));
    const after = before.map(({ index }) => ({ index: -1 - index }));
    expect(diffPlain(before, after)).toHaveLength(DIFFERENCES_MAX);
    const names = (sign: number): Map<number, number> =>
      new Map(before.map(({ index }) => [index, sign * (index + 1)]));
    expect(diffPlain(names(1), names(-1))).toHaveLength(DIFFERENCES_MAX);
  });
});
