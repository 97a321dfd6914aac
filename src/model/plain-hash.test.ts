import { describe, expect, it } from "vitest";
import { hashPlain, hashPlain53, hashText, hashWord, PlainDataError, toHex, toHex53 } from "./plain.ts";

const distinct: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  1,
  -1,
  2,
  1.5,
  2 ** 31,
  2 ** 32,
  -(2 ** 31),
  2 ** 53,
  1n,
  -1n,
  0n,
  "",
  "1",
  "a",
  "ab",
  "ba",
  "abc",
  "abcd",
  "\u0000",
  "\u0000\u0000",
  "null",
  [],
  [[]],
  [0],
  [1],
  ["1"],
  [1, 2],
  [2, 1],
  [[1], 2],
  [[1, 2]],
  [null],
  [undefined],
  [undefined, undefined],
  {},
  { a: 1 },
  { a: "1" },
  { b: 1 },
  { a: 1, b: 2 },
  { b: 2, a: 1 },
  { a: { b: 2 } },
  { a: {}, b: 2 },
  { a: undefined },
  new Map(),
  new Map([[1, 2]]),
  new Map([[2, 1]]),
  new Map([["a", 1]]),
  new Map([[1, [2]]]),
  new Set(),
  new Set([1]),
  new Set([1, 2]),
  new Set([2, 1]),
  new Set(["1"]),
  new Uint8Array(),
  new Uint8Array([0]),
  new Uint8Array([1]),
  new Uint8Array([0, 0]),
  new Uint8Array([1, 2, 3]),
  new Uint8Array([1, 2, 3, 4]),
  new Uint8Array([1, 2, 3, 4, 5]),
  new Uint8Array([255, 255, 255]),
];

describe("the names of fields", () => {
  it("hash to the same whatever was hashed before, also where one pushes another out of what is remembered", () => {
    const names = Array.from({ length: 2_000 }, (_, at) => `field${at % 7}${String.fromCharCode(97 + (at % 26))}${at}`);
    const hashes = names.map((name) => hashPlain(3, { [name]: 1, kind: name }));
    expect(new Set(hashes).size).toBe(names.length);
    for (const [at, name] of [...names.entries()].reverse())
      expect(hashPlain(3, { [name]: 1, kind: name })).toBe(hashes[at]);
  });

  it("hash as text does", () => {
    const object = 0x76e7f8c9;
    const end = 0x07f809db;
    for (const name of ["a", "ab", "abc", "prevLogIndex", "é", "\u{1f600}x"])
      expect(hashPlain(5, { [name]: "text" })).toBe(hashWord(hashText(hashText(5 ^ object, name), "text"), end));
    expect(hashPlain(5, { kind: "one" })).toBe(hashWord(hashText(hashText(5 ^ object, "kind"), "one"), end));
  });
});

describe("hashPlain", () => {
  it("tells kinds, lengths, orders and nestings apart", () => {
    expect(new Set(distinct.map((value) => hashPlain(0, value))).size).toBe(distinct.length);
    expect(new Set(distinct.map((value) => hashPlain53(value))).size).toBe(distinct.length);
  });

  it("rolls: the hash so far counts, and so does the order", () => {
    const roll = (values: readonly unknown[]): number => values.reduce<number>(hashPlain, 0);
    expect(roll(["a", "b"])).not.toBe(roll(["b", "a"]));
    expect(hashPlain(1, "a")).not.toBe(hashPlain(2, "a"));
    expect(roll(["ab", ""])).not.toBe(roll(["a", "b"]));
  });

  it("gives signed 32-bit integers, and 53-bit whole numbers", () => {
    for (const value of distinct) {
      const hash = hashPlain(0, value);
      expect(hash | 0).toBe(hash);
      const print = hashPlain53(value);
      expect(Number.isSafeInteger(print) && print >= 0).toBe(true);
    }
  });

  it("is the same on every platform: these hashes stand in recorded runs", () => {
    const value = {
      past: [1, 2, 3],
      body: "m12é",
      at: 1.5,
      seen: new Set([1n]),
      by: new Map([[0, new Uint8Array([1, 2])]]),
    };
    expect(toHex(hashPlain(0, value))).toBe("de645daa");
    expect(toHex53(hashPlain53(value))).toBe("0531c02b12deb9");
  });

  it("collides as rarely as chance does", () => {
    const count = 300_000;
    const hashes = new Int32Array(count);
    const prints = new Float64Array(count);
    for (let index = 0; index < count; index++) {
      const value = { past: [index & 63, (index >> 6) & 63, index >> 12, 0], body: "m" };
      hashes[index] = hashPlain(0, value);
      prints[index] = hashPlain53(value);
    }
    // Chance gives n² / 2^33, about 10 of 32 bits; more than 40 has a chance below 1 in 10^11.
    expect(count - new Set(hashes).size).toBeLessThan(40);
    expect(new Set(prints).size).toBe(count);
  });

  it("spreads the bits of fingerprints evenly", () => {
    const ones = new Array<number>(53).fill(0);
    const count = 20_000;
    for (let index = 0; index < count; index++) {
      let print = BigInt(hashPlain53({ seq: index }));
      for (let bit = 0; bit < 53; bit++, print >>= 1n) ones[bit] = (ones[bit] as number) + Number(print & 1n);
    }
    // Six standard deviations of 20,000 fair coins are 424.
    for (const one of ones) expect(Math.abs(one - count / 2)).toBeLessThan(424);
  });

  it("refuses what is not plain data, with the path", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => hashPlain(0, { a: [() => 0] })).toThrow("value.a[0]: a function is not plain data");
    expect(() => hashPlain53({ at: new Date(0) })).toThrow("value.at: an instance of Date is not plain data");
    expect(() => hashPlain(0, cycle)).toThrow(PlainDataError);
  });

  it("offers its steps: words and strings", () => {
    expect(hashWord(1, 2)).not.toBe(hashWord(2, 1));
    expect(hashText(0, "a")).toBe(hashPlain(0, "a"));
    expect(toHex(-1)).toBe("ffffffff");
    expect(toHex(1)).toBe("00000001");
    expect(toHex53(Number.MAX_SAFE_INTEGER)).toBe("1fffffffffffff");
    expect(toHex53(1)).toBe("00000000000001");
  });
});
