import { describe, expect, it } from "vitest";
import { type Choices, type Decision, edited, following, harmless, Odometer, recording, seeded } from "./index.ts";

describe("seeded choices", () => {
  it("are a function of seed, name and identity alone: a draw in one place does not move the others", () => {
    const one = seeded(7);
    const other = seeded(7);
    for (let count = 0; count < 100; count++) other.below("something else", 3, count, 10);
    for (let count = 0; count < 100; count++)
      expect(other.below("delay", 1, count, 1_000)).toBe(one.below("delay", 1, count, 1_000));
  });

  it("differ by seed, by name, by each number of the identity, and for seeds beyond 32 bits", () => {
    const row = (choices: Choices, name: string, which: number): number[] =>
      Array.from({ length: 20 }, (_, count) => choices.below(name, which, count, 1_000));
    const rows = [
      row(seeded(1), "a", 0),
      row(seeded(2), "a", 0),
      row(seeded(1), "b", 0),
      row(seeded(1), "a", 1),
      row(seeded(1 + 2 ** 32), "a", 0),
    ];
    expect(new Set(rows.map((values) => values.join())).size).toBe(rows.length);
  });

  it("are even: each of ten alternatives comes about a tenth of the time, over counts and over seeds", () => {
    const overCounts = new Array<number>(10).fill(0);
    const overSeeds = new Array<number>(10).fill(0);
    for (let at = 0; at < 50_000; at++) {
      overCounts[seeded(1).below("x", 0, at, 10)]!++;
      overSeeds[seeded(at).below("x", 0, 0, 10)]!++;
    }
    for (const count of [...overCounts, ...overSeeds]) expect(Math.abs(count - 5_000)).toBeLessThan(300);
  });

  it("give the same draws on every platform (pinned)", () => {
    const choices = seeded(42);
    expect([0, 1, 2, 3].map((count) => choices.below("pin", 9, count, 1_000_000))).toMatchInlineSnapshot(`
      [
        447416,
        915025,
        174279,
        47655,
      ]
    `);
  });
});

describe("edits", () => {
  it("force one decision and leave the others", () => {
    const base = seeded(3);
    const forced = edited(base, [{ name: "delay", which: 1, count: 2, value: 0 }]);
    expect(forced.below("delay", 1, 2, 1_000)).toBe(0);
    expect(forced.below("delay", 1, 3, 1_000)).toBe(base.below("delay", 1, 3, 1_000));
  });

  it("take decisions that no source takes by itself", () => {
    expect(seeded(3).forced("omit-call", 0, 0)).toBe(0);
    expect(harmless.forced("omit-call", 0, 0)).toBe(0);
    expect(edited(seeded(3), [{ name: "omit-call", which: 0, count: 0, value: 1 }]).forced("omit-call", 0, 0)).toBe(1);
  });

  it("are what a recording gives back: replayed decisions give the same run", () => {
    const decisions: Decision[] = [];
    const recorded = recording(seeded(11), decisions);
    const first = [recorded.below("a", 0, 0, 50), recorded.chance("b", 0, 0, 0.5), recorded.below("a", 1, 0, 50)];
    const again = edited(harmless, decisions);
    expect([again.below("a", 0, 0, 50), again.chance("b", 0, 0, 0.5), again.below("a", 1, 0, 50)]).toEqual(first);
  });
});

describe("the odometer", () => {
  it("enumerates every combination once, also where later choices depend on earlier ones", () => {
    const odometer = new Odometer();
    const seen: string[] = [];
    do {
      const first = odometer.below("first", 0, 0, 3);
      const rest =
        first === 1
          ? [odometer.chance("coin", 0, 0, 0.5)]
          : [odometer.below("x", 0, 0, 2), odometer.below("y", 0, 0, 2)];
      seen.push([first, ...rest].join());
    } while (odometer.next());
    expect(seen.length).toBe(4 + 2 + 4);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("does not branch where the probability leaves no choice", () => {
    const odometer = new Odometer();
    expect([odometer.chance("never", 0, 0, 0), odometer.chance("always", 0, 0, 1)]).toEqual([false, true]);
    expect(odometer.next()).toBe(false);
  });

  it("names a program that depends on something outside its choices", () => {
    const odometer = new Odometer();
    odometer.below("a", 0, 0, 2);
    odometer.next();
    expect(() => odometer.below("a", 0, 0, 3)).toThrow(/outside its choices/);
  });

  it("gives a path that can be followed again", () => {
    const odometer = new Odometer();
    for (let run = 0; run < 4; run++) {
      odometer.below("a", 0, 0, 3);
      odometer.below("b", 0, 0, 3);
      if (run < 3) odometer.next();
    }
    const path = odometer.path();
    const again = following(path);
    expect([again.below("a", 0, 0, 3), again.below("b", 0, 0, 3)]).toEqual([...path]);
    expect(again.below("past the end", 0, 0, 9)).toBe(0);
  });
});
