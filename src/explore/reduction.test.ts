import { describe, expect, it } from "vitest";
import { findScenario } from "../scenarios/index.ts";
import { type Prepared, prepare } from "../simulate/index.ts";
import { type ExploreResult, explore } from "./explore.ts";
import type { ExploreOptions } from "./explore-options.ts";
import { abdReference } from "./reference/abd.ts";
import { paxosReference } from "./reference/paxos.ts";
import { gatheringProtocol } from "./testing/gathering-protocols.ts";
import { smallProtocol } from "./testing/small-protocols.ts";

// The first four tell a step that sends something else when it comes later from one that does not.
const seeds = [172, 185, 224, 263, ...Array.from({ length: 20 }, (_, seed) => seed)];
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
const compare = (
  each: readonly Prepared[],
  options: ExploreOptions,
  reduction: NonNullable<ExploreOptions["reduction"]>,
): Sizes => {
  const sizes: Sizes = { all: 0, left: 0, single: 0, vanished: 0, merged: 0 };
  for (const [at, prepared] of each.entries()) {
    const bounded = { statesMax: 20_000, ...options };
    const all = explore(prepared, bounded);
    if (!all.complete && all.cut !== "violation") continue;
    const reduced = explore(prepared, { ...bounded, reduction });
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
const compareAll = (
  count: number,
  options: ExploreOptions,
  reduction: NonNullable<ExploreOptions["reduction"]>,
): Sizes =>
  compare(
    seeds.slice(0, count).flatMap((seed) => [prepare(smallProtocol, { seed }), prepare(gatheringProtocol, { seed })]),
    options,
    reduction,
  );

const kinds = [
  { what: "a multiset", count: 8, options: {} },
  { what: "a set", count: 5, options: { network: "set" } },
  { what: "links in order", count: 5, options: { network: "ordered" } },
  { what: "losses and duplicates", count: 5, options: { lossesMax: 1, duplicatesMax: 1 } },
  { what: "crashes", count: 5, options: { crashesMax: 1 } },
  { what: "depth first", count: 5, options: { order: "depth-first" } },
] as const;

describe("reduction on generated protocols", () => {
  it.each(kinds)("gives the verdicts that all states give: $what", ({ options, count }) => {
    const sizes = compareAll(count, options, { stepsMax: 3_000, triedMax: 0 });
    expect(sizes.left).toBeLessThan(sizes.all);
  });

  it.each(kinds)("the same by experience alone, of as few states as there may be: $what", ({ options, count }) => {
    const sizes = compareAll(count, { ...options, goesOn: true }, { stepsMax: 0, triedMax: 10 });
    expect(sizes.left).toBeLessThan(sizes.all);
  });
});

describe("reduction on our own scenarios", () => {
  const commit = (participants: number): Prepared =>
    prepare(
      findScenario("commit/two-phase")!,
      { participants, transactions: 1, noOneIn: 2 },
      { network: "reliable", nodes: "crash-stop" },
    );

  it("two-phase commit: late votes and answers to settled questions tell no states apart", () => {
    const bounded = { crashesMax: 1, timeoutsMax: 1 } as const;
    const all = explore(commit(2), bounded);
    const reduced = explore(commit(2), { ...bounded, reduction: true });
    expect(judged(reduced)).toBe(judged(all));
    expect([all.complete, reduced.complete]).toEqual([true, true]);
    expect(reduced.distinct * 4).toBeLessThan(all.distinct);
  });

  it("Paxos, whose ballots single processes could raise without end: less than a third is left, found by experience", () => {
    const paxos = prepare(paxosReference, { clients: 2, servers: 3 });
    const reduced = explore(paxos, { reduction: { stepsMax: 0, triedMax: 2_000 } });
    expect(judged(reduced)).toBe(judged(explore(paxos)));
    expect([reduced.irreducible, reduced.complete]).toEqual([undefined, true]);
    expect(reduced.distinct * 3).toBeLessThan(16_668);
  });

  it("finds what a broken rule does, and tells it with the states that it really went through", () => {
    const broken = prepare(
      findScenario("commit/two-phase")!,
      { participants: 2, transactions: 1, noOneIn: 0 },
      { network: "reliable", nodes: "crash-stop" },
      { rules: { endsVote: () => false } },
    );
    const bounded = { crashesMax: 0, timeoutsMax: 1 } as const;
    const all = explore(broken, bounded);
    const reduced = explore(broken, { ...bounded, reduction: true });
    expect(judged(reduced)).toBe(judged(all));
    expect([...reduced.counterexamples.keys()]).toEqual(["AC1"]);
    expect(reduced.counterexamples.get("AC1")!.trace.events.length).toBeGreaterThan(10);
  });
});

describe("no reduction", () => {
  it("where single processes have more steps than may be foreseen, and nothing may be tried", () => {
    const abd = prepare(abdReference, { clients: 2, servers: 2 });
    const found = explore(abd, { reduction: { stepsMax: 100, triedMax: 0 } });
    expect(found.irreducible).toContain("more than 100 steps");
    expect(found.distinct).toBe(544);
  });

  it("where time is over before experience suffices: then nothing is said to hold", () => {
    const paxos = prepare(paxosReference, { clients: 2, servers: 3 });
    let looks = 0;
    const found = explore(paxos, { reduction: { stepsMax: 0, triedMax: 200 }, expired: () => ++looks > 60 });
    expect([found.cut, found.verdicts[0]!.verdict, found.distinct > 1]).toEqual(["time", "unknown", true]);
  });

  it("where experience goes on being news: then every state is looked at", () => {
    const paxos = prepare(paxosReference, { clients: 2, servers: 3 });
    const found = explore(paxos, { reduction: { stepsMax: 0, triedMax: 50, roundsMax: 1 } });
    expect(found.irreducible).toContain("not foreseen in 1 rounds");
    expect([found.distinct, found.verdicts[0]!.verdict]).toEqual([16_668, "holds"]);
  });

  it("goes without where looking ahead took its share of the time, and has the same states", () => {
    const prepared = prepare(smallProtocol, { seed: 3 });
    const found = explore(prepared, { reduction: true, hurries: () => true });
    expect(found.irreducible).toContain("share of the time");
    expect([found.complete, found.distinct]).toEqual([true, explore(prepared).distinct]);
  });
});
