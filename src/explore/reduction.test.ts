import { describe, expect, it } from "vitest";
import { findScenario } from "../scenarios/index.ts";
import { type Prepared, prepare } from "../simulate/index.ts";
import { type ExploreResult, explore } from "./explore.ts";
import type { ExploreOptions } from "./explore-options.ts";
import { gatheringProtocol } from "./testing/gathering-protocols.ts";
import { smallProtocol } from "./testing/small-protocols.ts";

const seeds = Array.from({ length: 60 }, (_, seed) => seed);
const judged = ({ verdicts, complete }: ExploreResult): string =>
  verdicts.map(({ property, verdict, exercised }) => `${property} ${verdict} ${complete ? exercised : ""}`).join();

interface Sizes {
  all: number;
  left: number;
  single: number;
  vanished: number;
  merged: number;
}

/** Compares the verdicts with and without a reduction, and says how much smaller the searches are. */
const compare = (each: readonly Prepared[], options: ExploreOptions): Sizes => {
  const sizes: Sizes = { all: 0, left: 0, single: 0, vanished: 0, merged: 0 };
  for (const [at, prepared] of each.entries()) {
    const bounded = { statesMax: 20_000, ...options };
    const all = explore(prepared, bounded);
    if (!all.complete && all.cut !== "violation") continue;
    const reduced = explore(prepared, { ...bounded, reduction: true });
    expect(`${at}: ${judged(reduced)}`).toBe(`${at}: ${judged(all)}`);
    if (reduced.reduction === undefined || !all.complete) continue;
    const { localStates, localStatesLeft, single, vanished } = reduced.reduction;
    sizes.all += all.distinct;
    sizes.left += reduced.distinct;
    sizes.single += single;
    sizes.vanished += vanished;
    sizes.merged += localStates - localStatesLeft;
  }
  return sizes;
};

/** Comparisons on both families of generated protocols; sums of what they left out. */
const compareAll = (count: number, options: ExploreOptions): Sizes =>
  compare(
    seeds.slice(0, count).flatMap((seed) => [prepare(smallProtocol, { seed }), prepare(gatheringProtocol, { seed })]),
    options,
  );

describe("reduction on generated protocols", () => {
  it.each([
    { what: "a multiset", count: 60, options: {} },
    { what: "a set", count: 20, options: { network: "set" } },
    { what: "links in order", count: 30, options: { network: "ordered" } },
    { what: "losses and duplicates", count: 20, options: { lossesMax: 1, duplicatesMax: 1 } },
    { what: "crashes", count: 20, options: { crashesMax: 1 } },
    { what: "depth first", count: 20, options: { order: "depth-first" } },
  ] as const)("gives the verdicts that all states give: $what", ({ options, count }) => {
    const sizes = compareAll(count, options);
    expect(sizes.left).toBeLessThan(sizes.all);
  });
});
