import { describe, expect, it } from "vitest";
import { calls, talking } from "../../test/support/talk.ts";
import type { SystemModel } from "../model/index.ts";
import { declaredFaults, type FaultBudget, prepare, runCampaign } from "./index.ts";

const quiet: FaultBudget = { crashes: 0, partitions: 0, pauses: 0, slowNodes: 0, slowDisks: 0 };
const weak: SystemModel = { network: "arbitrary", nodes: "crash-recovery", timing: "asynchronous" };
const script = calls(0, ["write", 1], ["tell", 1, "a"], ["tell", 1, "b"]);

describe("the faults that a scenario declares", () => {
  it("are what its model, its dials and its budget allow", () => {
    const strong: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "synchronous" };
    expect(declaredFaults(prepare(talking(strong, [script])))).toEqual([]);
    expect(declaredFaults(prepare(talking(strong, [script], { f: 1 })))).toEqual(["crash"]);
    expect(declaredFaults(prepare(talking({ ...strong, network: "fair-loss" }, [script]), { loss: 0 }))).toEqual([
      "duplicate",
    ]);
    expect(declaredFaults(prepare(talking(weak, [script], { n: 3 })))).toEqual([
      "loss",
      "duplicate",
      "forgery",
      "crash",
      "recovery",
      "unsynced write lost",
      "slow-disk",
      "full partition",
      "one-way partition",
      "bridge partition",
      "partition cut",
      "pause",
      "slow",
    ]);
  });

  it("all strike in some run, or are missed: a clock that never steps because nobody may be struck", () => {
    const budget: FaultBudget = { ...quiet, clockSteps: 1, candidates: [] };
    const prepared = prepare(
      talking({ ...weak, network: "reliable", nodes: "crash-stop" }, [script], { faults: budget }),
    );
    const { struck } = runCampaign(prepared, { runs: 50 });
    expect(declaredFaults(prepared).filter((fault) => !struck.has(fault))).toEqual(["clock-step"]);
  });
});
