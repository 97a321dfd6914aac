import { describe, expect, it } from "vitest";
import { type SystemModel, seeded } from "../model/index.ts";
import type { Fault, FaultBudget } from "./fault.ts";
import { drawPlan } from "./fault-plan.ts";

const plans = (model: SystemModel, budget: FaultBudget, f = 1): readonly (readonly Fault[])[] =>
  Array.from({ length: 500 }, (_, seed) =>
    drawPlan(seeded(seed), { nodes: [0, 1, 2, 3], model, f, windowMs: 1_000, budget }),
  );

const count = (plan: readonly Fault[], kind: Fault["kind"]): number =>
  plan.filter((fault) => fault.kind === kind).length;

describe("drawn fault plans", () => {
  it("stay within f: crashes for good and traitors together", () => {
    for (const plan of plans({ network: "reliable", nodes: "byzantine", timing: "asynchronous" }, {}, 1))
      expect(count(plan, "byzantine") + count(plan, "crash")).toBeLessThanOrEqual(1);
    for (const plan of plans({ network: "reliable", nodes: "crash-stop", timing: "asynchronous" }, {}, 2)) {
      expect(count(plan, "crash")).toBeLessThanOrEqual(2);
      const crashed = plan.flatMap((fault) => (fault.kind === "crash" ? [fault.node] : []));
      expect(new Set(crashed).size).toBe(crashed.length);
    }
  });

  it("break no bound of a synchronous system: no pause, no partition, no slow node", () => {
    for (const plan of plans(
      { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
      { pauses: 3, partitions: 3, slowNodes: 3 },
    )) {
      expect(count(plan, "pause") + count(plan, "partition") + count(plan, "slow")).toBe(0);
    }
  });

  it("recover nobody where nodes only stop, everybody where they recover", () => {
    for (const plan of plans({ network: "reliable", nodes: "crash-stop", timing: "asynchronous" }, {})) {
      for (const fault of plan) if (fault.kind === "crash") expect(fault.recoverAt).toBe(undefined);
    }
    const recovering = plans(
      { network: "reliable", nodes: "crash-recovery", timing: "asynchronous" },
      { crashes: 3 },
    ).flat();
    expect(recovering.filter(({ kind }) => kind === "crash").length).toBeGreaterThan(100);
    for (const fault of recovering) if (fault.kind === "crash") expect(fault.recoverAt).toBeGreaterThan(fault.at);
  });

  it("recover within the time that the budget names", () => {
    const recovering = plans(
      { network: "reliable", nodes: "crash-recovery", timing: "asynchronous" },
      { crashes: 3, downMsMax: 5 },
    ).flat();
    const down = recovering.flatMap((fault) => (fault.kind === "crash" ? [fault.recoverAt! - fault.at] : []));
    expect(down.length).toBeGreaterThan(100);
    expect(Math.max(...down)).toBeLessThan(6);
  });

  it("are a swarm: every kind that the budget allows strikes some runs and leaves others alone", () => {
    const budget: FaultBudget = {
      crashes: 2,
      partitions: 2,
      pauses: 1,
      slowNodes: 1,
      slowDisks: 1,
      fullDisks: 1,
      clockSteps: 1,
      clockDrifts: 1,
      leapSeconds: 1,
    };
    const drawn = plans({ network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" }, budget);
    for (const kind of [
      "crash",
      "partition",
      "pause",
      "slow",
      "slow-disk",
      "full-disk",
      "clock-step",
      "clock-drift",
      "leap-second",
    ] as const) {
      const struck = drawn.filter((plan) => count(plan, kind) > 0).length;
      expect(struck, kind).toBeGreaterThan(25);
      expect(struck, kind).toBeLessThan(475);
    }
    for (const form of ["full", "one-way", "bridge"])
      expect(
        drawn.flat().some((fault) => fault.kind === "partition" && fault.form === form),
        form,
      ).toBe(true);
  });

  it("draw partitions whose bridge alone is on both sides", () => {
    for (const fault of plans({ network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" }, {}).flat()) {
      if (fault.kind !== "partition") continue;
      const both = fault.left.filter((node) => fault.right.includes(node));
      expect(both.length).toBe(fault.form === "bridge" ? 1 : 0);
      expect(new Set([...fault.left, ...fault.right]).size).toBe(4);
      expect(Math.min(fault.left.length, fault.right.length)).toBeGreaterThan(0);
    }
  });
});
