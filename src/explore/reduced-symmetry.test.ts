import { describe, expect, it } from "vitest";
import { findScenario } from "../scenarios/index.ts";
import { type Prepared, prepare } from "../simulate/index.ts";
import { type ExploreResult, explore } from "./explore.ts";
import type { ExploreOptions } from "./explore-options.ts";
import { equalProtocol } from "./testing/small-protocols.ts";

const groups = [[1, 2, 3]];
// Most are small enough to see every state on each kind of network, and some break.
const seeds = [14, 17, 43, 44, 72, 76, 109, 133, 141, 0, 1, 2] as const;
const judged = ({ verdicts, complete }: ExploreResult): string =>
  verdicts.map(({ property, verdict }) => `${property} ${verdict} ${complete}`).join();

const foreseen = { stepsMax: 4_000, triedMax: 0 } as const;
const experienced = { stepsMax: 0, triedMax: 10 } as const;

interface Sizes {
  compared: number;
  unlike: number;
  all: number;
  reduced: number;
  orbits: number;
  both: number;
}

/** Compares the verdicts of four searches: of all states, with either, with both; sums of what they looked at. */
const compare = (
  each: readonly Prepared[],
  options: ExploreOptions,
  reduction: NonNullable<ExploreOptions["reduction"]>,
): Sizes => {
  const sizes: Sizes = { compared: 0, unlike: 0, all: 0, reduced: 0, orbits: 0, both: 0 };
  for (const [at, prepared] of each.entries()) {
    const bounded = { statesMax: 1_200, ...options };
    const all = explore(prepared, bounded);
    if (!all.complete && all.cut !== "violation") continue;
    const reduced = explore(prepared, { ...bounded, reduction });
    const orbits = explore(prepared, { ...bounded, symmetry: groups });
    const both = explore(prepared, { ...bounded, symmetry: groups, reduction });
    sizes.compared++;
    for (const one of [reduced, orbits, both]) expect(`${at}: ${judged(one)}`).toBe(`${at}: ${judged(all)}`);
    if (both.reduction === undefined || !all.complete) continue;
    sizes.all += all.distinct;
    sizes.reduced += reduced.distinct;
    sizes.orbits += orbits.distinct;
    sizes.both += both.distinct;
    if (both.asymmetry !== undefined) sizes.unlike++;
    expect(both.standsFor?.distinct ?? both.distinct).toBeLessThanOrEqual(all.distinct);
  }
  return sizes;
};

const kinds = [
  { what: "a multiset", options: {}, reduction: foreseen },
  { what: "a set", options: { network: "set" }, reduction: foreseen },
  { what: "losses and duplicates", options: { lossesMax: 1, duplicatesMax: 1 }, reduction: foreseen },
  { what: "a crash", options: { crashesMax: 1 }, reduction: foreseen },
  { what: "a multiset, by experience", options: { goesOn: true }, reduction: experienced },
  { what: "a set, by experience", options: { network: "set", goesOn: true }, reduction: experienced },
  { what: "depth first, by experience", options: { order: "depth-first", goesOn: true }, reduction: experienced },
] as const;

describe("reduction together with symmetry on generated protocols", () => {
  it.each(kinds)("gives the verdicts that each alone and none gives: $what", ({ options, reduction }) => {
    const equal = seeds.map((seed) => prepare(equalProtocol, { seed, biased: false }));
    const sizes = compare(equal, options, reduction);
    expect(sizes.compared).toBeGreaterThan(2);
    expect(sizes.unlike).toBe(0);
    expect(sizes.both).toBeLessThan(sizes.reduced * 0.6);
    expect(sizes.both).toBeLessThan(sizes.orbits);
  });

  it.each([foreseen, experienced])("finds out that a process is unlike the others: %o", (reduction) => {
    const biased = Array.from({ length: 8 }, (_, seed) => prepare(equalProtocol, { seed, biased: true }));
    expect(compare(biased, {}, reduction).unlike).toBeGreaterThan(0);
  });
});

describe("reduction together with symmetry on our own scenarios", () => {
  it("two-phase commit: late votes tell nothing apart, and neither does who cast them", () => {
    const commit = prepare(
      findScenario("commit/two-phase")!,
      { participants: 2, transactions: 1, noOneIn: 0 },
      { network: "reliable", nodes: "crash-stop" },
    );
    const bounded = { crashesMax: 0, timeoutsMax: 1 } as const;
    const all = explore(commit, bounded);
    const reduced = explore(commit, { ...bounded, reduction: true });
    const both = explore(commit, { ...bounded, reduction: true, symmetry: [[1, 2]] });
    expect(judged(both)).toBe(judged(all));
    expect(both.standsFor?.distinct).toBe(reduced.distinct);
    expect(both.distinct).toBeLessThan(reduced.distinct * 0.6);
    const tried = explore(commit, { ...bounded, reduction: true, symmetry: [[0, 1]] });
    expect([tried.asymmetry === undefined, tried.distinct]).toEqual([false, reduced.distinct]);
  });
});
