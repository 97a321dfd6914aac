import { describe, expect, it } from "vitest";
import { consensusSafety } from "../check/index.ts";
import { type Ballot, paxos, type Vote } from "../protocols/index.ts";
import { findScenario, mutants } from "../scenarios/index.ts";
import { type AnyScenario, type Goal, prepare, scenario } from "../simulate/index.ts";
import { drawDiagram } from "../trace/index.ts";
import { explore } from "./explore.ts";
import { reach } from "./reach.ts";

type Look = Parameters<Goal["reached"]>[0];

const nodes = [0, 1, 2, 3, 4];
/** Ballot 5.1: round 5 of the first server. */
const ballotOf = (round: number, server: number): Ballot => round * nodes.length + server - 1;
const holders = (look: Look, ballot: Ballot, value: string): number =>
  nodes.filter((node) => {
    const vote = look.record(node, "acceptor", "accepted") as Vote<string> | null | undefined;
    return vote?.ballot === ballot && vote.value === value;
  }).length;
const asksFor = (look: Look, node: number, value: string): boolean => {
  const { phase, vote } = look.state(node, "proposer") as { phase: string; vote: Vote<string> | null };
  return phase === "asks" && vote?.value === value;
};
const yAccepted = {
  text: "an acceptor has accepted Y already",
  states: (look: Look): boolean => holders(look, ballotOf(4, 2), "Y") > 0,
};

const goals: readonly Goal[] = [
  { id: "y-asked", text: "server 2 asks for Y in ballot 4.2", reached: (look) => asksFor(look, 1, "Y") },
  {
    id: "x-asked",
    text: "server 1 asks for X in ballot 5.1",
    reached: (look) => asksFor(look, 0, "X"),
    avoids: yAccepted,
  },
  {
    id: "three-hold",
    text: "three of five acceptors hold 5.1/X",
    reached: (look) => holders(look, ballotOf(5, 1), "X") === 3,
    avoids: yAccepted,
  },
  {
    id: "another-accepts",
    text: "three of five acceptors hold 5.1/X, and another one has accepted Y",
    reached: (look) => holders(look, ballotOf(5, 1), "X") === 3 && holders(look, ballotOf(4, 2), "Y") === 1,
  },
  {
    id: "both-held",
    text: "three acceptors hold 5.1/X and three hold 4.2/Y: five are not enough for that",
    reached: (look) => holders(look, ballotOf(5, 1), "X") === 3 && holders(look, ballotOf(4, 2), "Y") === 3,
  },
];

/** Two of five servers propose; the first ballot of server 1 is 5.1, that of server 2 is 4.2. */
const ladder: AnyScenario = scenario({
  id: "test/ladder",
  rows: [61],
  title: "The ladder of ballots",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {},
  setup: () => {
    const one = paxos<string>({ rules: { ballotOf: (round, self, n) => (round + (self === 0 ? 4 : 3)) * n + self } });
    return {
      processes: nodes.map((node) => ({ name: `s${node + 1}`, stack: one })),
      workload: () =>
        ["X", "Y"].map((value, node) => ({ node, calls: [{ request: "propose", args: [value], until: ["decide"] }] })),
      properties: consensusSafety(),
      goals,
    };
  },
});

const few = { crashesMax: 0, timeoutsMax: 2, arrivalsMax: 10 } as const;

describe("a goal", () => {
  it("the ladder of ballots: three of five acceptors hold 5.1/X, and later another one accepts Y", () => {
    const stages = ["y-asked", "x-asked", "three-hold", "another-accepts"];
    const { outcome, run, stages: reports } = reach(prepare(ladder), { ...few, stages });
    expect(outcome).toBe("reached");
    expect(reports.map(({ reached }) => reached)).toEqual([true, true, true, true]);
    const accepts = run!.trace.events.filter(
      ({ kind, data }) => kind === "deliver" && (data as { kind?: string }).kind === "accept",
    );
    const values = accepts.map(({ data }) => (data as { vote: Vote<string> }).vote.value);
    expect(values).toEqual(["X", "X", "X", "Y"]);
    expect(drawDiagram(run!.trace, { ascii: true })).toContain('accept {vote: {ballot: 21, value: "Y"}}');
  });

  it("that no run leads to: what was looked at from where, what was left out, and how far it came", () => {
    const one = prepare(ladder);
    const found = reach(one, { crashesMax: 0, timeoutsMax: 0, stages: ["both-held"] });
    expect(found.outcome).toBe("no");
    expect(found.start[0]).toMatch(/^s1 is up: proposer \{phase: "rests"/);
    expect(found.frontier.length).toBeGreaterThanOrEqual(nodes.length);
    expect(found.prunes).toEqual(["a delivery that changes nothing and sends nothing is no step"]);
    expect(found.bounds).toContain("timeouts: at most 0");
  });

  it("that was not reached within the bounds is unknown, and what a search did not go on from is named", () => {
    const found = reach(prepare(ladder), { ...few, stages: ["y-asked", "three-hold"], statesMax: 3_000 });
    expect(found.outcome).toBe("unknown");
    expect(found.prunes.join()).toContain(
      "on the way to three-hold a search does not go on from states where an acceptor",
    );
    expect(() => reach(prepare(ladder), { stages: ["no-such"] })).toThrow('no goal "no-such"; it has y-asked, x-asked');
  });
});

describe("a search in stages", () => {
  it("finds the acceptor that forgets: some twenty events deep, where one search alone does not come", () => {
    const { rules, model = {}, id, scenario: where } = mutants.find((each) => each.id === "paxos/P1")!;
    const forgetful = prepare(findScenario(where)!, { n: 3, proposers: 2 }, model, { rules, mutant: id });
    const bounds = { crashesMax: 1, timeoutsMax: 2, sync: "at once", network: "multiset" } as const;
    const { outcome, run, distinct } = reach(forgetful, {
      ...bounds,
      stages: ["chosen", "forgotten", "contradicted"],
      beyond: "violation",
      arrivalsMax: 4,
    });
    expect(outcome).toBe("violated");
    expect([run!.property, run!.events >= 19]).toEqual(["C4", true]);
    const { cut, verdicts } = explore(forgetful, { ...bounds, statesMax: distinct });
    expect(cut).toBe("states");
    expect(verdicts.every(({ verdict }) => verdict === "unknown")).toBe(true);
  });

  it("says of the correct acceptor that the stage was not reached", () => {
    const correct = prepare(findScenario("consensus/paxos-safety")!, { n: 3, proposers: 2 });
    const { outcome, stages } = reach(correct, {
      ...{ crashesMax: 1, timeoutsMax: 2, sync: "at once", network: "multiset", arrivalsMax: 2, statesMax: 36_000 },
      stages: ["chosen", "forgotten"],
      beyond: "violation",
    });
    expect(outcome).toBe("unknown");
    expect(stages.map(({ reached }) => reached)).toEqual([true, false]);
  });
});
