import { describe, expect, it } from "vitest";
import { ConfigurationTable } from "./configuration-table.ts";
import { drawing } from "./testing/random-histories.ts";

const tuple = (...words: number[]) => Int32Array.from(words);

describe("visited configurations", () => {
  it("are found again, by their words and not by their hash", () => {
    const table = new ConfigurationTable(3, 0);
    const draw = drawing(7);
    const seen = new Map<string, number>();
    for (let at = 0; at < 50_000; at++) {
      const words = [draw(40), draw(40) - 20, draw(40) << 24];
      const before = seen.get(words.join());
      const entry = table.add(tuple(...words));
      if (entry !== (before === undefined ? seen.size : -1)) throw new Error(`${words} gave ${entry}`);
      if (before === undefined) seen.set(words.join(), entry);
    }
    expect(table.size).toBe(seen.size);
    const back = tuple(0, 0, 0);
    for (const [words, entry] of seen) {
      table.load(entry, back);
      if (back.join() !== words || table.word(entry, 1) !== back[1]) throw new Error(`${words} is kept as ${back}`);
    }
  });

  it("are dominated by one with the same core and fewer bits, not by one with others", () => {
    const table = new ConfigurationTable(1, 2);
    expect(table.add(tuple(5, 0b110, 1))).toBe(0);
    expect(table.add(tuple(5, 0b110, 1))).toBe(-1);
    expect(table.add(tuple(5, 0b111, 1))).toBe(-1);
    expect(table.add(tuple(5, 0b110, -1))).toBe(-1);
    expect(table.add(tuple(5, 0b110, 2))).toBe(1);
    expect(table.add(tuple(5, 0b011, 1))).toBe(2);
    expect(table.add(tuple(6, 0b111, 1))).toBe(3);
    expect(table.add(tuple(5, 0b010, 0))).toBe(4);
    expect(table.add(tuple(5, 0b110, 0))).toBe(-1);
    expect(table.comparisons).toBeGreaterThan(0);
    expect(table.bytes).toBeGreaterThan(0);
  });
});
