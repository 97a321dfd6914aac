import { describe, expect, it } from "vitest";
import { prepare, runCampaign } from "../simulate/index.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./explore-options.ts";
import { smallProtocol } from "./testing/small-protocols.ts";

const seeds = Array.from({ length: 60 }, (_, seed) => seed);

const verdictOf = (seed: number, options: ExploreOptions = {}): string => {
  const { verdicts, complete } = explore(prepare(smallProtocol, { seed }), { ...options, statesMax: 30_000 });
  const [found] = verdicts;
  return found!.verdict === "unknown" && found!.exercised === 0 && complete ? "never exercised" : found!.verdict;
};

describe("generated protocols", () => {
  it("have the verdicts that enumerating every run gives", () => {
    let compared = 0;
    const seen = new Set<string>();
    for (const seed of seeds.slice(0, 30)) {
      const { verdicts, complete } = runCampaign(prepare(smallProtocol, { seed }), {
        exhaustive: true,
        runs: 300,
        cover: "outside",
        shrinkRunsMax: 0,
        crashesMax: 0,
      });
      const [byRuns] = verdicts;
      if (!complete && byRuns!.verdict !== "violated") continue;
      compared++;
      const expected = byRuns!.verdict === "unknown" ? "never exercised" : byRuns!.verdict;
      seen.add(expected);
      expect(`seed ${seed}: ${verdictOf(seed)}`).toBe(`seed ${seed}: ${expected}`);
    }
    expect(compared).toBeGreaterThan(10);
    expect([...seen].sort()).toEqual(["holds", "never exercised", "violated"]);
  });

  it.each([
    { what: "no-ops kept as steps", options: { prunesNoOps: false } },
    { what: "depth first", options: { order: "depth-first" } },
    { what: "few interruptions first", options: { order: "few interruptions first" } },
    { what: "few interruptions first, reduced", options: { order: "few interruptions first", reduction: true } },
    { what: "losses as steps of their own", options: { lossesMax: 2 } },
    { what: "syncs as steps of their own", options: { sync: "later" } },
    { what: "timers by delay", options: { timers: "by delay" } },
  ] as const)("have the same verdicts with $what", ({ options }) => {
    for (const seed of seeds)
      expect(`seed ${seed}: ${verdictOf(seed, options)}`).toBe(`seed ${seed}: ${verdictOf(seed)}`);
  });

  // Breadth first most steps are looked up many at a time, depth first each by itself, by other code.
  it.each(["multiset", "set"] as const)(
    "have the same states and steps breadth first and depth first, on a %s",
    (network) => {
      let compared = 0;
      for (const seed of seeds.slice(0, 24)) {
        const countsOf = (order: "breadth-first" | "depth-first"): readonly number[] | null => {
          const options = { order, network, goesOn: true, statesMax: 8_000 };
          const { distinct, generated, noOps, complete } = explore(prepare(smallProtocol, { seed }), options);
          return complete ? [distinct, generated, noOps] : null;
        };
        const counts = countsOf("breadth-first");
        if (counts === null) continue;
        compared++;
        expect([seed, countsOf("depth-first")]).toEqual([seed, counts]);
      }
      expect(compared).toBeGreaterThan(12);
    },
  );

  it("break on a network that repeats wherever they break on one that does not", () => {
    for (const seed of seeds) {
      if (verdictOf(seed) !== "violated") continue;
      expect(verdictOf(seed, { network: "set" })).toBe("violated");
      expect(verdictOf(seed, { duplicatesMax: 1 })).toBe("violated");
    }
  });

  it("break on links in order only where they break in any order", () => {
    for (const seed of seeds) {
      if (verdictOf(seed, { network: "ordered" }) === "violated") expect(verdictOf(seed)).toBe("violated");
    }
  });

  it("pruning no-ops leaves fewer states", () => {
    const statesWith = (prunesNoOps: boolean): number =>
      seeds.reduce(
        (sum, seed) =>
          sum + explore(prepare(smallProtocol, { seed }), { prunesNoOps, goesOn: true, statesMax: 30_000 }).distinct,
        0,
      );
    expect(statesWith(true)).toBeLessThan(statesWith(false));
  });
});
