import { describe, expect, it } from "vitest";
import { describeStrength, type Strength } from "./verdict.ts";

describe("the strength of a verdict in words", () => {
  it.each([
    [{ by: "seeds", runs: 20 }, "20 seeds"],
    [{ by: "exhaustive", runs: 7 }, "exhaustive, 7 runs"],
    [{ by: "exhaustive", states: 9 }, "exhaustive, 9 states"],
    [{ by: "counterexample", events: 4 }, "4-event counterexample"],
    [{ by: "budget", runs: 3 }, "budget spent after 3 runs"],
    [{ by: "budget", states: 5 }, "budget spent after 5 states"],
    [{ by: "budget", runs: 0, states: 5 }, "budget spent after 5 states"],
    [{ by: "budget", runs: 0 }, "budget spent before the first run"],
    [{ by: "budget" }, "budget spent before the first run"],
  ] as readonly [Strength, string][])("%j", (strength, words) => {
    expect(describeStrength(strength)).toBe(words);
  });
});
