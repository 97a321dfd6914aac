import { describe, expect, it } from "vitest";
import { type AnyProperty, property } from "../check/index.ts";
import { findScenario, mutants } from "../scenarios/index.ts";
import { type AnyScenario, type Prepared, prepare, scenario } from "../simulate/index.ts";
import { type ExploreResult, explore } from "./explore.ts";
import type { ExploreOptions } from "./explore-options.ts";
import { decideLiveness } from "./liveness.ts";
import { insistingScenario, pesteredScenario, philosophersScenario, ringScenario } from "./testing/lasso-protocols.ts";

type Given = NonNullable<Parameters<typeof prepare>[1]>;

const search = (
  tried: AnyScenario,
  parameters: Given = {},
  options: ExploreOptions = {},
  model: Parameters<typeof prepare>[2] = {},
): ExploreResult => explore(prepare(tried, parameters, model), { liveness: true, crashesMax: 0, ...options });

const judged = ({ verdicts }: ExploreResult, id: string): string => {
  const { verdict, clause } = verdicts.find(({ property: other }) => other === id)!;
  return clause === undefined ? verdict : `${verdict}: ${clause}`;
};

describe("philosophers (a livelock in a cycle)", () => {
  it("who wait for each other ask for ever: the shortest way there and round is told", () => {
    const found = search(philosophersScenario, { manners: "waits" });
    const run = found.counterexamples.get("EAT")!;
    expect(judged(found, "EAT")).toBe("violated: process Plato is never done: the last 16 events repeat for ever");
    // Each takes its fork and is refused the other; then each asks again and is refused again.
    expect(run.steps).toBe(8);
    expect(run.trace.events.length - run.loop!).toBe(16);
    const said = run.trace.events.slice(run.loop).flatMap(({ kind, data }) => (kind === "deliver" ? [data] : []));
    expect(said.toSorted()).toEqual(["busy", "busy", "take", "take"]);
  });

  it("who put their fork back when they are refused do so in step for ever", () => {
    const run = search(philosophersScenario, { manners: "polite" }).counterexamples.get("EAT")!;
    const said = run.trace.events.slice(run.loop).flatMap(({ kind, data }) => (kind === "deliver" ? [data] : []));
    expect(said.filter((each) => each === "back")).toHaveLength(2);
  });

  it("who take the same fork first all eat, and every state says so", () => {
    for (const manners of ["waits", "polite"]) {
      const { verdicts, complete } = search(philosophersScenario, { manners, ordered: true });
      expect([verdicts[0]!.verdict, verdicts[0]!.strength.by, complete]).toEqual(["holds", "exhaustive", true]);
    }
  });
});

describe("fair loss", () => {
  it("what is sent for ever arrives, so that who insists is heard", () => {
    expect(judged(search(insistingScenario), "HEARD")).toBe("holds");
  });

  it("but not by somebody who has stopped: one timer goes round for ever", () => {
    const found = search(insistingScenario, {}, { crashesMax: 1 });
    expect(judged(found, "HEARD")).toContain("process p1 is never done: the last 3 events repeat for ever");
    const { trace, loop } = found.counterexamples.get("HEARD")!;
    expect(trace.events.slice(loop).map(({ kind }) => kind)).toEqual(["timer", "request", "send"]);
  });
});

describe("a token ring", () => {
  it("is live where every tick passes the token on", () => {
    for (const n of [2, 3, 5]) expect(judged(search(ringScenario, { n }), "TOKEN")).toBe("holds");
  });

  it("is not where a draw decides: draws are the adversary's, however often they come", () => {
    expect(judged(search(ringScenario, { lazy: true }), "TOKEN")).toContain("violated: process p1 is never done");
  });

  it("counts on bounds of time that a search has not: a cycle is no verdict then, a proof is", () => {
    const timing = { timing: "eventually-synchronous" } as const;
    expect(judged(search(ringScenario, { lazy: true }, {}, timing), "TOKEN")).toContain("may break the bounds of time");
    expect(judged(search(ringScenario, {}, {}, timing), "TOKEN")).toBe("holds");
  });
});

describe("liars", () => {
  it("who never tire keep a process from what it waits for, a lie between any two of its steps", () => {
    for (const network of ["multiset", "set"] as const) {
      const found = search(pesteredScenario, {}, { traitors: 1, network });
      expect(judged(found, "QUIET")).toContain("process p2 is never done: the last");
      const { trace, loop } = found.counterexamples.get("QUIET")!;
      expect(trace.events.slice(loop).map(({ kind }) => kind)).toEqual(expect.arrayContaining(["deliver", "timer"]));
    }
  });

  it("owe nothing: those who can say two words only are silent in the end", () => {
    for (const network of ["multiset", "set"] as const)
      expect(judged(search(pesteredScenario, {}, { traitors: 1, liesMax: 2, network }), "QUIET")).toBe("holds");
  });

  const broadcast = findScenario("byzantine/reliable-broadcast")!;
  const byInterruptions = { order: "few interruptions first", liesMax: 5, statesMax: 2_000 } as const;
  const totalityOf = (prepared: Prepared, options: ExploreOptions): string => {
    const { verdict } = decideLiveness(prepared, options, prepared.setup.properties.find(({ id }) => id === "BRB5")!);
    return `${verdict.verdict}: ${verdict.clause ?? ""}`;
  };

  it("show that echoes alone are not enough: some deliver, others never (bft/echo-only, BRB5)", () => {
    const { rules } = mutants.find(({ id }) => id === "bft/echo-only")!;
    const broken = totalityOf(prepare(broadcast, {}, {}, { rules }), byInterruptions);
    expect(broken).toMatch(/never delivers any: nothing happens any more, and the traitors are silent$/);
    expect(totalityOf(prepare(broadcast), byInterruptions)).toContain("unknown: not every state was seen");
  });

  it("who are silent from the start keep nobody from delivering, and every state says so (BRB5)", () => {
    expect(totalityOf(prepare(broadcast), { liesMax: 0 })).toBe("holds: ");
  });
});

describe("a run that rests", () => {
  it("is told whatever bounds there are: of three one silent traitor blocks the quorums of the book (BRB1)", () => {
    const found = search(findScenario("byzantine/reliable-broadcast")!, { n: 3 }, { liesMax: 0, timeoutsMax: 1 });
    expect(judged(found, "BRB1")).toMatch(/^violated: .*: nothing happens any more, and the traitors are silent$/);
  });

  it("is none where a timer is due that the search does not let fire", () => {
    const clause = judged(search(ringScenario, {}, { timeoutsMax: 1 }), "TOKEN");
    expect(clause).toMatch(
      /^unknown: no run rests and owes in all \d+ states; of others: timers may fire only so often/,
    );
  });
});

describe("two-phase commit", () => {
  const blocking = (crashesMax: number): ExploreResult =>
    search(
      findScenario("commit/two-phase")!,
      { participants: 1, transactions: 1, noOneIn: 0, nonBlocking: true },
      { crashesMax, network: "set" },
      { network: "reliable", nodes: "crash-stop" },
    );

  it("blocks when the coordinator stops: who promised asks in doubt for ever (NBAC1)", () => {
    const found = blocking(1);
    expect(judged(found, "NBAC1")).toMatch(/^violated: process participant 1 never decides .* in doubt/);
    expect(judged(found, "AC4")).toBe("holds");
    expect(found.counterexamples.get("NBAC1")!.trace.events.some(({ kind }) => kind === "crash")).toBe(true);
  });

  it("ends where nobody stops (NBAC1, AC4)", () => {
    const found = blocking(0);
    expect([judged(found, "NBAC1"), judged(found, "AC4")]).toEqual(["holds", "holds"]);
  });
});

describe("liveness is not decided", () => {
  const of = (options: ExploreOptions): string => judged(search(philosophersScenario, {}, options), "EAT");

  it("where the model has traitors and none was tried", () => {
    const among = search(ringScenario, {}, { traitors: 0 }, { nodes: "byzantine" });
    expect(judged(among, "TOKEN")).toBe("unknown: traitors were not tried");
  });

  it("where nobody asks for it", () => {
    expect(of({ liveness: false })).toBe("unknown: liveness is not decided by this search");
  });

  it("where not every state was seen, or timers may fire only so often", () => {
    expect(of({ depthMax: 5 })).toContain("not every state was seen");
    expect(of({ statesMax: 10 })).toContain("not every state was seen");
    expect(of({ timeoutsMax: 3 })).toContain("a fair run has no bound on that");
  });

  it("where two debts are owed in turn and the property does not tell them apart", () => {
    const turns: AnyProperty = property<{ turn: number }>({
      id: "TURNS",
      kind: "liveness",
      text: "Nothing is owed for ever.",
      init: () => ({ turn: 0 }),
      on(s, { kind, node }, report) {
        report.premise();
        if (kind === "indication") s.turn = node;
      },
      pending: ({ turn }) => `the turn of ${turn}`,
    });
    const ring = prepare(ringScenario, {});
    const asked = prepare(
      scenario({
        id: "test/turns",
        rows: [],
        title: "turns",
        model: ring.model,
        parameters: {},
        setup: () => ({ ...ring.setup, properties: [turns] }),
      }),
    );
    const { verdicts } = explore(asked, { liveness: true, crashesMax: 0 });
    expect(verdicts[0]!.clause).toContain("though not always the same");
  });

  it("where its own share of the time is over, and is where only that of safety is", () => {
    const given = { manners: "waits", ordered: true };
    const shared = search(philosophersScenario, given, { isPast: (part) => part <= 0.75 });
    expect([shared.cut, judged(shared, "EAT")]).toEqual(["time", "holds"]);
    expect(judged(search(philosophersScenario, given, { isPast: () => true }), "EAT")).toContain("of them: time");
  });

  it("symmetry and reduction change nothing: the search for liveness does without", () => {
    const plain = search(philosophersScenario, { manners: "waits" });
    const both = search(philosophersScenario, { manners: "waits" }, { symmetry: [[2, 3]], reduction: true });
    expect(judged(both, "EAT")).toBe(judged(plain, "EAT"));
  });
});
