import { describe, expect, it } from "vitest";
import { seeded } from "../model/index.ts";
import { FingerprintTable } from "./fingerprint-table.ts";
import { IntBuffer } from "./int-buffer.ts";
import { PairTable } from "./pair-table.ts";
import { PlainInterner } from "./plain-interner.ts";

const draws = seeded(5);
const word = (which: number, count: number): number => draws.below("word", which, count, 4294967296);

describe("the table of fingerprints", () => {
  it("is the set of what was added, against a Set, over several growths", () => {
    const table = new FingerprintTable();
    const known = new Set<string>();
    for (let at = 0; at < 20_000; at++) {
      // Words are few, so that many come twice, and both halves matter.
      const [low, high] = [word(1, at) % 150, word(2, at) % 150];
      expect(table.add(low, high)).toBe(!known.has(`${low}/${high === 0 && low === 0 ? 1 : high}`));
      known.add(`${low}/${high === 0 && low === 0 ? 1 : high}`);
    }
    expect(table.size).toBe(known.size);
    for (let low = 0; low < 150; low++) {
      for (let high = 0; high < 150; high++)
        expect(table.has(low, high)).toBe(known.has(`${low}/${high === 0 && low === 0 ? 1 : high}`));
    }
  });

  it("takes words with and without sign for the same", () => {
    const table = new FingerprintTable();
    expect(table.add(-1, -2)).toBe(true);
    expect(table.add(4294967295, 4294967294)).toBe(false);
    expect(table.has(-1, 4294967294)).toBe(true);
  });

  it("says when it is full instead of growing past its bound", () => {
    const table = new FingerprintTable(64 * 1024);
    let added = 0;
    while (!table.full) if (table.add(word(3, added), word(4, added))) added++;
    expect(table.bytes).toBeLessThanOrEqual(64 * 1024);
    expect(added).toBeGreaterThan(1_000);
    expect(() => table.add(7, 7)).toThrow("full");
    expect(table.has(word(3, 0), word(4, 0))).toBe(true);
  });
});

describe("the table of pairs", () => {
  it("remembers a number for each pair", () => {
    const table = new PairTable();
    for (let a = 0; a < 100; a++) for (let b = 0; b < 100; b++) table.set(a, b, a * 100 + b + 1);
    for (let a = 0; a < 100; a++)
      for (let b = 0; b < 101; b++) expect(table.get(a, b)).toBe(b < 100 ? a * 100 + b + 1 : 0);
  });
});

describe("the interner", () => {
  it("gives equal values one number, and each reader its own copy", () => {
    const interner = new PlainInterner();
    const first = interner.idOf({ list: [1, 2], of: new Map([["a", 1]]) });
    expect(interner.idOf({ list: [1, 2], of: new Map([["a", 1]]) })).toBe(first);
    (interner.valueOf(first) as { list: number[] }).list.push(3);
    expect(interner.valueOf(first)).toEqual({ list: [1, 2], of: new Map([["a", 1]]) });
  });

  it("tells unlike values apart, over several growths", () => {
    const interner = new PlainInterner();
    for (let at = 0; at < 5_000; at++) expect(interner.idOf([at, String(at)])).toBe(at);
    for (let at = 0; at < 5_000; at++) expect(interner.idOf([at, String(at)])).toBe(at);
    expect(interner.size).toBe(5_000);
  });
});

describe("the buffer", () => {
  it("grows and keeps what it has", () => {
    const buffer = new IntBuffer(2);
    for (let at = 0; at < 1_000; at++) buffer.push(at);
    expect(Array.from(buffer.data.subarray(0, buffer.length))).toEqual(Array.from({ length: 1_000 }, (_, at) => at));
  });
});
