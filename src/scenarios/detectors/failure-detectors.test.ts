import { describe, expect, it } from "vitest";
import type { SystemModel, TimingModel } from "../../model/index.ts";
import { prepare, runCampaign } from "../../simulate/index.ts";
import { eventuallyPerfectDetectorScenario } from "./eventually-perfect-detector-scenario.ts";
import { perfectDetectorScenario } from "./perfect-detector-scenario.ts";

const timings: readonly TimingModel[] = ["synchronous", "eventually-synchronous", "unknown-bound", "asynchronous"];

const outcomes = (scenario: typeof perfectDetectorScenario, change: Partial<SystemModel>): Record<string, string> => {
  const { verdicts } = runCampaign(prepare(scenario, {}, change), { runs: 300, cover: "outside", shrinkRunsMax: 0 });
  return Object.fromEntries(verdicts.map(({ property, verdict }) => [property, verdict]));
};

describe("B4: which failure detector exists where", { timeout: 120_000 }, () => {
  it("P needs synchrony: its accuracy holds there and nowhere else", () => {
    expect(timings.filter((timing) => outcomes(perfectDetectorScenario, { timing })["PFD2"] === "holds")).toEqual([
      "synchronous",
    ]);
  });

  it("P needs reliable links", () => {
    expect(outcomes(perfectDetectorScenario, { network: "fair-loss" })["PFD2"]).toBe("violated");
  });

  it("P needs nodes that stop for good: one that recovers is accused for ever", () => {
    expect(outcomes(perfectDetectorScenario, { nodes: "crash-recovery" })["PFD2"]).toBe("violated");
  });

  it("◇P exists in both forms of partial synchrony, and in no asynchronous system", () => {
    const right = timings.filter((timing) => {
      const found = outcomes(eventuallyPerfectDetectorScenario, { timing });
      return found["EPFD1"] !== "violated" && found["EPFD2"] !== "violated";
    });
    expect(right).toEqual(["synchronous", "eventually-synchronous", "unknown-bound"]);
  });
});

describe("a timeout that grows in small steps", { timeout: 120_000 }, () => {
  it("only needs longer: in its claimed model EPFD2 is never violated, and where patience was too short it is unknown", () => {
    const prepared = prepare(eventuallyPerfectDetectorScenario, { stepMs: 10 });
    const { verdicts } = runCampaign(prepared, { runs: 100, cover: "outside", shrinkRunsMax: 0 });
    const verdict = verdicts.find(({ property }) => property === "EPFD2");
    expect([verdict?.verdict, verdict?.clause?.split(",")[0]]).toEqual([
      "unknown",
      expect.stringMatching(/^patience too short in \d+ runs$/),
    ]);
  });
});
