import { describe, expect, it } from "vitest";
import { equal } from "./plain.ts";

const pairs: readonly (readonly [string, unknown, unknown, boolean])[] = [
  ["numbers", 1, 1, true],
  ["a number and its digits", 1, "1", false],
  ["a number and a bigint", 1, 1n, false],
  ["null and undefined", null, undefined, false],
  ["a part that is undefined and none", { a: undefined }, {}, false],
  ["the same parts", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, true],
  ["keys in another order", { a: 1, b: 2 }, { b: 2, a: 1 }, false],
  ["an array and an object", [], {}, false],
  ["arrays of other lengths", [1], [1, undefined], false],
  ["Maps with keys that are objects", new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 2]]), true],
  ["Maps with other values", new Map([[1, 2]]), new Map([[1, 3]]), false],
  [
    "Maps in another order",
    new Map([
      [1, 1],
      [2, 2],
    ]),
    new Map([
      [2, 2],
      [1, 1],
    ]),
    false,
  ],
  ["a Map and a Set", new Map(), new Set(), false],
  ["Sets", new Set([1, [2]]), new Set([1, [2]]), true],
  ["Sets of other sizes", new Set([1]), new Set([1, 2]), false],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
  ["other bytes", new Uint8Array([1, 2]), new Uint8Array([1, 3]), false],
  ["longer bytes", new Uint8Array([1]), new Uint8Array([1, 0]), false],
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }, true],
  ["two class instances", new Date(0), new Date(0), false],
];

describe("equal", () => {
  it.each(pairs)("compares %s", (_, a, b, expected) => {
    expect(equal(a, b)).toBe(expected);
    expect(equal(b, a)).toBe(expected);
  });
});
