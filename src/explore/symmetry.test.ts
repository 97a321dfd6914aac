import { describe, expect, it } from "vitest";
import { findScenario } from "../scenarios/index.ts";
import { prepare } from "../simulate/index.ts";
import { type ExploreResult, explore } from "./explore.ts";
import type { ExploreOptions } from "./explore-options.ts";
import { abdReference } from "./reference/abd.ts";
import { equalProtocol } from "./testing/small-protocols.ts";

const groups = [[1, 2, 3]];
const search = (seed: number, biased: boolean, options: ExploreOptions): ExploreResult =>
  explore(prepare(equalProtocol, { seed, biased }), { statesMax: 8_000, ...options });
const verdictOf = ({ verdicts, complete }: ExploreResult): string => `${verdicts[0]!.verdict}, ${complete}`;
const seeds = Array.from({ length: 30 }, (_, seed) => seed);

describe("one state of each orbit", () => {
  it.each(["multiset", "set"] as const)(
    "gives the verdict that all states give, generated protocols on a %s",
    (network) => {
      const seen = new Set<string>();
      let compared = 0;
      for (const seed of seeds) {
        const all = search(seed, false, { network });
        // Where all states are too many to see there is nothing to compare with.
        if (!all.complete && all.cut !== "violation") continue;
        const orbits = search(seed, false, { network, symmetry: groups });
        compared++;
        seen.add(verdictOf(orbits));
        expect(orbits.asymmetry).toBe(undefined);
        expect(`seed ${seed}: ${verdictOf(orbits)}`).toBe(`seed ${seed}: ${verdictOf(all)}`);
        expect(orbits.depth).toBe(all.depth);
        expect(orbits.distinct).toBeLessThanOrEqual(all.distinct);
      }
      expect(compared).toBeGreaterThan(10);
      expect([...seen].sort()).toEqual(["holds, true", "violated, false"]);
    },
  );

  it("are up to six times fewer for three processes", () => {
    let [orbits, all] = [0, 0];
    for (const seed of seeds.slice(0, 12)) {
      const whole = search(seed, false, { goesOn: true });
      if (!whole.complete) continue;
      all += whole.distinct;
      const one = search(seed, false, { goesOn: true, symmetry: groups });
      orbits += one.distinct;
      expect(one.standsFor).toEqual({ distinct: whole.distinct, generated: whole.generated });
    }
    expect(orbits * 3).toBeLessThan(all);
    expect(orbits * 6).toBeGreaterThanOrEqual(all);
  });

  it("are not taken where one process is unlike the others: every state is looked at, and the result says why", () => {
    let refused = 0;
    for (const seed of seeds) {
      const all = search(seed, true, {});
      const tried = search(seed, true, { symmetry: groups });
      if (tried.asymmetry !== undefined) refused++;
      expect(`seed ${seed}: ${verdictOf(tried)}`).toBe(`seed ${seed}: ${verdictOf(all)}`);
    }
    expect(refused).toBeGreaterThan(12);
  });

  it("have the shortest counterexamples too", () => {
    let compared = 0;
    for (const seed of seeds.slice(0, 15)) {
      const all = search(seed, false, {}).counterexamples.get("RARE");
      if (all === undefined) continue;
      compared++;
      expect(search(seed, false, { symmetry: groups }).counterexamples.get("RARE")?.steps).toBe(all.steps);
    }
    expect(compared).toBeGreaterThan(3);
  });
});

describe("symmetry on our own scenarios", () => {
  it("two-phase commit: participants are interchangeable, the coordinator is found out not to be", () => {
    const commit = prepare(
      findScenario("commit/two-phase")!,
      { participants: 2, transactions: 1, noOneIn: 0 },
      { network: "reliable", nodes: "crash-stop" },
    );
    const bounded = { crashesMax: 0, timeoutsMax: 1 } as const;
    const all = explore(commit, bounded);
    const orbits = explore(commit, { ...bounded, symmetry: [[1, 2]] });
    expect([orbits.asymmetry, orbits.complete]).toEqual([undefined, true]);
    expect(orbits.verdicts.map(({ verdict }) => verdict)).toEqual(all.verdicts.map(({ verdict }) => verdict));
    expect(orbits.distinct).toBeLessThan(all.distinct * 0.6);
    const tried = explore(commit, { ...bounded, symmetry: [[0, 1]] });
    expect(tried.asymmetry).toBeTypeOf("string");
    expect(tried.distinct).toBe(all.distinct);
  });

  it("ABD breaks ties by the writer's number: servers are found out not to be interchangeable", () => {
    const found = explore(prepare(abdReference, { clients: 2, servers: 2 }), { symmetry: [[0, 1]] });
    expect(found.asymmetry).toBeTypeOf("string");
    expect(found.distinct).toBe(544);
  });

  it("refuses more renamings than it can try for each state", () => {
    const many = prepare(findScenario("broadcast/best-effort")!, { n: 6 });
    expect(() => explore(many, { symmetry: true })).toThrow("720 renamings");
    expect(() => explore(many, { symmetry: [[0, 1]], network: "ordered" })).toThrow("ordered network");
  });
});
