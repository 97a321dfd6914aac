import { describe, expect, it } from "vitest";
import { type ExploreOptions, type ExploreResult, explore, reach } from "../../explore/index.ts";
import type { RaftRules } from "../../protocols/index.ts";
import { prepare } from "../../simulate/index.ts";
import { raftExploredScenario } from "./raft-explored-scenario.ts";
import { raftMutants } from "./raft-mutants.ts";

type Bounds = Parameters<typeof prepare>[1];

const search = (bounds: Bounds, options: ExploreOptions, rules: Partial<RaftRules> = {}): ExploreResult =>
  explore(prepare(raftExploredScenario, bounds, {}, { rules }), { symmetry: true, crashesMax: 0, ...options });

const judged = ({ verdicts, complete }: ExploreResult) => ({
  complete,
  held: verdicts.filter(({ verdict }) => verdict === "holds").map(({ property }) => property),
  broken: verdicts.filter(({ verdict }) => verdict === "violated").map(({ property }) => property),
});

const elections = { terms: 2, entries: 2, commands: 0, replicates: false };
const oneTerm = { terms: 1, entries: 1, commands: 0 };

describe("Raft in every order", () => {
  it("elections of three servers in two terms: nobody votes twice, and no term has two leaders", () => {
    const found = search(elections, { reduction: true });
    expect(judged(found)).toEqual({ complete: true, held: ["ElectionSafety", "OneVote"], broken: [] });
    expect(found.standsFor!.distinct).toBeGreaterThan(found.distinct * 5);
    expect(found.bounds).toContain("each process: terms up to 2");
  });

  it("one election and the replication of its entry: the same with and without symmetry and reduction", () => {
    const all = search(oneTerm, { symmetry: false });
    expect(judged(all)).toEqual({
      complete: true,
      held: ["ElectionSafety", "LogMatching", "StateMachineSafety", "CommittedOnQuorum", "OneVote"],
      broken: [],
    });
    const orbits = search(oneTerm, {});
    const reduced = search(oneTerm, { symmetry: false, reduction: true });
    const both = search(oneTerm, { reduction: true });
    for (const one of [orbits, reduced, both]) expect(judged(one)).toEqual(judged(all));
    expect(orbits.standsFor!.distinct).toBe(all.distinct);
    expect(both.standsFor!.distinct).toBe(reduced.distinct);
    expect(both.distinct * 40).toBeLessThan(all.distinct);
  });

  it("one crash and recovery, with writes that are durable later or never", () => {
    const found = search({ ...oneTerm, replicates: false }, { crashesMax: 1, sync: "later", reduction: true });
    expect(judged(found)).toEqual({ complete: true, held: ["ElectionSafety", "OneVote"], broken: [] });
  });

  it("a change of members through a joint configuration, whichever server is to stay alone", () => {
    const joint = { terms: 1, entries: 3, commands: 0, changes: 1, removedAtOnce: 2 };
    const held = ["ElectionSafety", "LogMatching", "StateMachineSafety", "CommittedOnQuorum", "OneVote"];
    const found = judged(search(joint, { symmetry: false }));
    expect(found.complete).toBe(true);
    expect(found.broken).toEqual([]);
    expect(found.held).toEqual(expect.arrayContaining(held));
  });

  it("liveness is not asked of a search that ends where terms end", () => {
    expect(search(oneTerm, { statesMax: 10 }).bounds).toContain(
      "timers that never fire: log.quorum, log.disk, log.heartbeat",
    );
  });
});

const rulesOf = (id: string): Partial<RaftRules> =>
  raftMutants.find((mutant) => mutant.id === id)!.rules as Partial<RaftRules>;

describe("known bugs of Raft, state by state", () => {
  it.each([
    ["raft/R7", "LeaderCompleteness"],
    ["raft/R16", "protocol"],
  ])("%s", (id, property) => {
    const found = search({ terms: 2, entries: 2, commands: 1 }, { statesMax: 20_000, first: property }, rulesOf(id));
    expect(judged(found).broken).toContain(property);
  });

  const searchFor = (id: string, property: string, bounds: Bounds, options: ExploreOptions): readonly string[] => {
    const prepared = prepare(raftExploredScenario, bounds, {}, { rules: rulesOf(id) });
    const properties = prepared.setup.properties.filter((one) => one.id === property);
    return judged(explore({ ...prepared, setup: { ...prepared.setup, properties } }, { crashesMax: 0, ...options }))
      .broken;
  };

  it("raft/R17: a leader asks whether it still is one before the follower has its log", () => {
    const bounds = { terms: 2, entries: 2, commands: 1, reads: 1 };
    const broken = searchFor("raft/R17", "StateMachineSafety", bounds, { symmetry: true, statesMax: 60_000 });
    expect(broken).toEqual(["StateMachineSafety"]);
  });

  it("membership/M5: the new voter alone commits, and the old ones elect somebody else", () => {
    const bounds = { terms: 2, entries: 3, commands: 0, changes: 1, removedAtOnce: 2 };
    const broken = searchFor("membership/M5", "LeaderCompleteness", bounds, { statesMax: 200_000 });
    expect(broken).toEqual(["LeaderCompleteness"]);
  });

  const figure8 = (rules: Partial<RaftRules>, statesMax: number) =>
    reach(prepare(raftExploredScenario, { terms: 4, entries: 2, commands: 0, entriesPerMessage: 1 }, {}, { rules }), {
      stages: ["figure-8-a", "figure-8-b", "figure-8-c"],
      beyond: "violation",
      crashesMax: 0,
      statesMax,
    });

  it("raft/R1: figure 8 with three servers, from its pictures", () => {
    const found = figure8(rulesOf("raft/R1"), 400_000);
    expect([found.outcome, found.run?.property]).toEqual(["violated", "LeaderCompleteness"]);
    expect(figure8({}, 3_000).outcome).toBe("unknown");
  });
});
