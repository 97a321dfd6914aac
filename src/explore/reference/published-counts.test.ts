import { describe, expect, it } from "vitest";
import { type AnyScenario, prepare } from "../../simulate/index.ts";
import { drawDiagram } from "../../trace/index.ts";
import { type ExploreResult, explore } from "../explore.ts";
import type { ExploreOptions } from "../explore-options.ts";
import { abdReference } from "./abd.ts";
import { paxosReference } from "./paxos.ts";
import { singleCopyReference } from "./single-copy.ts";

const search = (scenario: AnyScenario, clients: number, servers: number, options: ExploreOptions = {}): ExploreResult =>
  explore(prepare(scenario, { clients, servers }), options);

const counted = ({ distinct, complete, verdicts }: ExploreResult): object => ({
  distinct,
  complete,
  verdicts: verdicts.map(({ property, verdict }) => `${property} ${verdict}`),
});

describe("published counts of Stateright, on ordinary modules", () => {
  it("single-copy register, 2 clients and 1 server: 93 states", () => {
    const found = search(singleCopyReference, 2, 1);
    expect(counted(found)).toEqual({ distinct: 93, complete: true, verdicts: ["LIN holds"] });
  });

  // Stateright's search stops at the first state that both breaks linearizability and has the answer of a read on its
  // way. That is a state of depth 7, and the 54 are those of depth 7 at most; 8 lie behind.
  it("single-copy register, 2 clients and 2 servers: 54 states to depth 7, 62 in all", () => {
    const toSeven = search(singleCopyReference, 2, 2, { goesOn: true, depthMax: 7 });
    expect(counted(toSeven)).toEqual({ distinct: 54, complete: false, verdicts: ["LIN violated"] });
    const all = search(singleCopyReference, 2, 2, { goesOn: true });
    expect(counted(all)).toEqual({ distinct: 62, complete: true, verdicts: ["LIN violated"] });
  });

  it("single-copy register, 2 clients and 2 servers: Put, PutOk, Get and GetOk with the value before the put", () => {
    const run = search(singleCopyReference, 2, 2).counterexamples.get("LIN")!;
    expect(run.steps).toBe(4);
    expect(run.events).toBe(4);
    const delivered = run.trace.events.filter(({ kind }) => kind === "deliver").map(({ data }) => data);
    expect(delivered).toMatchObject([
      { kind: "put", value: "A" },
      { kind: "putOk" },
      { kind: "get" },
      { kind: "getOk", value: null },
    ]);
    expect(drawDiagram(run.trace, { ascii: true })).toContain("getOk {request: 4, value: null}");
  });

  it("ABD, 2 clients and 2 servers: 544 states", () => {
    const found = search(abdReference, 2, 2);
    expect(counted(found)).toEqual({ distinct: 544, complete: true, verdicts: ["LIN holds"] });
  });

  it("single-decree Paxos, 2 clients and 3 servers: 16,668 states", () => {
    const found = search(paxosReference, 2, 3);
    expect(counted(found)).toEqual({ distinct: 16_668, complete: true, verdicts: ["LIN holds"] });
  });

  it("depth first sees the same states", () => {
    expect(search(paxosReference, 2, 3, { order: "depth-first" }).distinct).toBe(16_668);
    expect(search(abdReference, 2, 2, { order: "depth-first" }).distinct).toBe(544);
  });

  it("a bound on depth, on states or on time leaves the verdict unknown", () => {
    for (const options of [{ depthMax: 5 }, { statesMax: 1_000 }, { expired: () => true }, { bytesMax: 100_000 }]) {
      const { complete, verdicts, cut } = search(paxosReference, 2, 3, options);
      expect(complete).toBe(false);
      expect(cut).not.toBe(null);
      expect(verdicts.map(({ verdict }) => verdict)).toEqual(["unknown"]);
    }
  });

  it("a search that is cut says how far it came: the open states, the depth, the share of the deepest level", () => {
    // Level by level: a search bounded to depth d looks at the states to depth d - 1, and leaves those at d open.
    const upTo = (depthMax: number): ReturnType<typeof search> => search(paxosReference, 2, 3, { depthMax });
    const [five, six] = [upTo(5), upTo(6)];
    expect(five).toMatchObject({ depth: 5, cut: "depth", open: five.lastLevel!.states, lastLevel: { taken: 0 } });
    expect(six.distinct - six.open).toBe(five.distinct);
    // By number of states a search ends between two looks, here before it has gone through a level.
    const cut = search(paxosReference, 2, 3, { statesMax: 3_000 });
    const above = upTo(cut.depth);
    expect(cut.lastLevel!.states).toBe(above.open);
    expect(cut.distinct - cut.open).toBe(above.distinct - above.open + cut.lastLevel!.taken);
    expect(search(paxosReference, 2, 3).lastLevel).toBeUndefined();
  });
});
