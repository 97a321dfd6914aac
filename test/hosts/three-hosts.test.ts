import { describe, expect, it } from "vitest";
import { findScenario } from "../../src/scenarios/index.ts";
import { prepare, runCampaign, runOnce } from "../../src/simulate/index.ts";
import { runOnSockets } from "../support/run-on-sockets.ts";

/** The eight protocols that differ most, each small enough for the odometer. */
const eight: readonly { readonly id: string; readonly small: Readonly<Record<string, number>> }[] = [
  { id: "links/perfect", small: { n: 2, messages: 1, f: 0 } },
];

describe.each(eight)("one contract, three hosts: $id", ({ id, small }) => {
  const scenario = findScenario(id)!;

  it("the simulator", () => {
    const result = runOnce(prepare(scenario), { kind: "seed", seed: 1, edits: [] });
    expect(result.violations).toEqual([]);
    expect(result.events).toBeGreaterThan(0);
  });

  it("the odometer over Choices", () => {
    const prepared = prepare(scenario, small);
    const { verdicts, runs } = runCampaign(prepared, {
      exhaustive: true,
      runs: 300,
      eventsMax: 200,
      crashesMax: 0,
      lossesMax: 0,
    });
    expect(runs).toBeGreaterThan(1);
    expect(verdicts.filter(({ verdict }) => verdict === "violated")).toEqual([]);
  });

  it("the bare host of TCP and files", async () => {
    const run = await runOnSockets(prepare(scenario), 8_000);
    expect(run.violations).toEqual([]);
    expect(run.owed).toBe(false);
    expect(run.answers).toBeGreaterThan(0);
  });
});
