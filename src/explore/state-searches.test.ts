import { describe, expect, it } from "vitest";
import { scenarios } from "../scenarios/index.ts";
import { prepare, type Scenario } from "../simulate/index.ts";
import { explore } from "./explore.ts";
import { reach } from "./reach.ts";

// What finds the mutants state by state must find nothing in the correct protocols; here with few states each.
const searched = (scenarios as unknown as readonly Scenario[])
  .flatMap(({ stateSearches = [], ...scenario }) =>
    stateSearches.map((search, at) => ({ name: `${scenario.id} ${at + 1}`, scenario, search })),
  )
  // Two scenarios of one protocol may share theirs.
  .filter(({ search }, at, all) => search.within === undefined || all.findIndex((one) => one.search === search) === at);
const statesMax = 1_500;

describe("a correct protocol, searched state by state as its mutants are", () => {
  it("is searched for at least Paxos, ABD, Bracha and two-phase commit", () => {
    const ids = new Set(searched.map(({ scenario }) => scenario.id));
    for (const id of [
      "consensus/paxos-safety",
      "consensus/raft-safety",
      "registers/abd",
      "byzantine/reliable-broadcast",
      "commit/two-phase",
    ])
      expect(ids).toContain(id);
  });

  it.each(searched)("breaks nothing: $name", ({ scenario, search }) => {
    const { parameters = {}, stages, crashes, timeouts, sync, carries, arrivals, within = scenario, ...more } = search;
    const { order, lies, liveness } = more;
    const prepared = prepare(within as never, parameters);
    const options = {
      statesMax,
      ...(crashes === undefined ? {} : { crashesMax: crashes }),
      ...(timeouts === undefined ? {} : { timeoutsMax: timeouts }),
      ...(sync === undefined ? {} : { sync }),
      ...(order === undefined ? {} : { order }),
      ...(lies === undefined ? {} : { liesMax: lies }),
      ...(liveness === undefined ? {} : { liveness }),
      ...(carries === undefined ? {} : { network: carries }),
    };
    if (stages === undefined)
      expect(explore(prepared, options).verdicts.map(({ verdict }) => verdict)).not.toContain("violated");
    else
      expect(
        reach(prepared, { ...options, stages, beyond: "violation", arrivalsMax: Math.min(arrivals ?? 4, 4) }).outcome,
      ).not.toBe("violated");
  });
});
