import { describe, expect, it } from "vitest";
import { findScenario } from "../../src/scenarios/index.ts";
import { prepare, runCampaign, runOnce } from "../../src/simulate/index.ts";
import { runOnSockets } from "../support/run-on-sockets.ts";

/** The eight protocols that differ most, each small enough for the odometer. */
const eight: readonly {
  readonly id: string;
  readonly small: Readonly<Record<string, number>>;
  readonly stop?: number;
}[] = [
  { id: "links/perfect", small: { n: 2, messages: 1, f: 0 } },
  { id: "rpc/at-most-once", small: {} },
  { id: "detectors/eventually-perfect", small: { n: 2, f: 0 }, stop: 2 },
  { id: "broadcast/causal-waiting", small: { n: 2, f: 0 } },
  { id: "registers/abd", small: { n: 2, f: 0 } },
  { id: "consensus/paxos", small: { n: 2, proposers: 1, f: 0 } },
  { id: "byzantine/reliable-broadcast", small: {} },
  { id: "commit/two-phase", small: {} },
];

describe.each(eight)("one contract, four hosts: $id", ({ id, small, stop }) => {
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
    const run = await runOnSockets(prepare(scenario), stop === undefined ? 8_000 : 2_500, stop);
    expect(run.violations).toEqual([]);
    expect(run.answers).toBeGreaterThan(0);
  });

  it("the durable host of sessions and a log", async () => {
    const kind = id === "consensus/paxos" || id === "registers/abd" ? "durable, over TLS" : "durable";
    const run = await runOnSockets(prepare(scenario), stop === undefined ? 8_000 : 2_500, stop, kind);
    expect(run.violations).toEqual([]);
    expect(run.answers).toBeGreaterThan(0);
  });
});
