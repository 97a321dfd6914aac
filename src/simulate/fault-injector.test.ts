import { describe, expect, it } from "vitest";
import { calls, talking } from "../../test/support/talk.ts";
import { property } from "../check/index.ts";
import type { SystemModel } from "../model/index.ts";
import { type Fault, type FaultBudget, prepare, runCampaign, runOnce, type Setup } from "./index.ts";

const asynchronous: SystemModel = { network: "reliable", nodes: "crash-recovery", timing: "asynchronous" };
const quiet: FaultBudget = { partitions: 0, pauses: 0, slowNodes: 0, slowDisks: 0, crashes: 0 };
const seed = (number: number) => ({ kind: "seed", seed: number, edits: [] }) as const;

const writes = (more: Partial<Setup>, afterMs = 0, model = asynchronous) =>
  prepare(
    talking(model, [{ node: 0, calls: [{ request: "write", args: [7], afterMs }], resumes: true }], {
      faults: quiet,
      windowMs: 100,
      ...more,
    }),
  );

describe("a fault that is over", () => {
  it("leaves nobody down: who stopped on a full disk comes back when there is space, also after the window", () => {
    const plan: Fault[] = [{ kind: "full-disk", at: 10, until: 150, node: 0 }];
    const { trace } = runOnce(writes({ plan, f: 0 }, 120), seed(1), { trace: true });
    const life = trace!.events.filter(({ kind }) => kind === "crash" || kind === "recover");
    expect(life.map(({ kind, at }) => [kind, at])).toEqual([
      ["crash", 120],
      ["recover", 150],
    ]);
  });

  it("is over by the end of the window, or progress would be owed while messages are still cut off", () => {
    const budget: FaultBudget = { partitions: 3, pauses: 3, slowNodes: 3, slowDisks: 3, fullDisks: 3 };
    const prepared = prepare(talking({ ...asynchronous, network: "fair-loss" }, [], { faults: budget, windowMs: 200 }));
    for (let number = 1; number <= 200; number++) {
      for (const fault of runOnce(prepared, seed(number)).plan)
        if ("until" in fault) {
          expect(fault.until).toBeLessThanOrEqual(200);
          expect(fault.until).toBeGreaterThan(fault.at);
        }
    }
  });
});

describe("a crash", () => {
  it("is counted when it strikes: one that waits for an output that never comes has not struck", () => {
    const plan: Fault[] = [{ kind: "crash", at: 10, node: 1, outputs: 2 }];
    const { struck, trace } = runOnce(writes({ plan, f: 1 }), seed(1), { trace: true });
    expect(trace!.events.filter(({ kind }) => kind === "crash")).toEqual([]);
    expect(struck.get("crash")).toBeUndefined();
  });
});

describe("a synchronous system", () => {
  it("has no disk that stalls: a step takes a bounded time", () => {
    const prepared = writes({ faults: {} }, 0, { ...asynchronous, timing: "synchronous" });
    for (let number = 1; number <= 100; number++)
      expect(runOnce(prepared, seed(number)).plan.filter(({ kind }) => kind === "slow-disk")).toEqual([]);
  });
});

describe("in exhaustive runs", () => {
  it("a node that recovers may also stay down for good, as many as the scenario survives", () => {
    const stays = property<{ down: boolean }>({
      id: "BACK",
      kind: "liveness",
      text: "Whoever crashes comes back.",
      init: () => ({ down: false }),
      on(s, { kind }, report) {
        if (kind === "crash") {
          report.premise();
          s.down = true;
        } else if (kind === "recover") s.down = false;
      },
      pending: ({ down }) => (down ? "one does not come back" : null),
    });
    const verdictWith = (f: number): string | undefined =>
      runCampaign(
        prepare(talking(asynchronous, [calls(0, ["tell", 1, "a"])], { f, faults: { ...quiet, crashes: 1 } }, [stays])),
        { exhaustive: true },
      ).verdicts[0]?.verdict;
    expect(verdictWith(1)).toBe("violated");
    expect(verdictWith(0)).toBe("holds");
  });

  it("a scripted pause is one order among others, and no hang", () => {
    const plan: Fault[] = [{ kind: "pause", at: 0, until: 500, node: 1 }];
    const prepared = prepare(
      talking({ ...asynchronous, nodes: "crash-stop" }, [calls(0, ["tell", 1, "a"])], { plan, faults: quiet }),
    );
    const result = runOnce(prepared, { kind: "path", path: [], crashesMax: 0, lossesMax: 0 });
    expect([result.ended, result.deliveries]).toEqual(["quiet", 1]);
  });

  it("a scripted fault strikes at its time, where timing is synchronous", () => {
    const plan: Fault[] = [{ kind: "clock-step", at: 5, node: 0, byMs: -100 }];
    const model: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "synchronous" };
    const prepared = prepare(talking(model, [calls(0, ["wait", 10])], { plan, faults: quiet }));
    for (const path of [[], [1], [1, 1], [2], [2, 1]]) {
      const { trace } = runOnce(prepared, { kind: "path", path, crashesMax: 0, lossesMax: 0 }, { trace: true });
      const waited = trace!.events.find(({ kind, name }) => kind === "answer" && name === "waited");
      expect(waited?.data).toEqual([10, -90]);
    }
  });
});
