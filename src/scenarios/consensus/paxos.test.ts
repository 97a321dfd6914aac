import { describe, expect, it } from "vitest";
import type { SystemModel } from "../../model/index.ts";
import { prepare, runCampaign, runOnce } from "../../simulate/index.ts";
import { forgetsAtRestart, type PaxosChanges } from "./paxos-mutants.ts";
import { paxosSafetyScenario, paxosScenario } from "./paxos-scenario.ts";

const broken = (rules: Partial<PaxosChanges>, model: Partial<SystemModel> = {}) =>
  prepare(paxosScenario, {}, model, { rules });

describe("§0.1: an acceptor that refuses a ballot greater or equal to what it promised", () => {
  const prepared = broken({ mayAccept: (promised, ballot) => ballot > promised });

  it("terminates in no run, and agrees in every run", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { violations } = runOnce(
        prepared,
        { kind: "seed", seed, edits: [] },
        { cover: "outside", stopAtViolation: false },
      );
      expect(violations.map(({ property }) => property)).toEqual(["C1"]);
    }
  });

  it("lets nothing be chosen without loss either: the promisers refuse the accept that they promised", () => {
    const { violations } = runOnce(
      broken({ mayAccept: (promised, ballot) => ballot > promised }, { network: "reliable", nodes: "crash-stop" }),
      { kind: "seed", seed: 1, edits: [] },
      { stopAtViolation: false },
    );
    expect(violations.map(({ property }) => property)).toEqual(["C1"]);
  });
});

describe("an acceptor that forgets its promise when it restarts", () => {
  const outcome = (nodes: SystemModel["nodes"]) =>
    runCampaign(prepare(paxosSafetyScenario, {}, { nodes }, { rules: { acceptorMemory: forgetsAtRestart } }), {
      runs: 1_000,
      first: "C4",
      cover: "outside",
      shrinkRunsMax: 200,
    }).verdicts.find(({ property }) => property === "C4")?.verdict;

  it("breaks C4 where processes recover", () => {
    expect(outcome("crash-recovery")).toBe("violated");
  });

  it("is harmless where processes only stop", () => {
    expect(outcome("crash-stop")).toBe("holds");
  });
});
