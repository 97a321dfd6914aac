import { describe, expect, it } from "vitest";
import { calls, talking } from "../../test/support/talk.ts";
import { type AnyProperty, property } from "../check/index.ts";
import { type Module, type SystemModel, stack } from "../model/index.ts";
import { prepare, runCampaign } from "./index.ts";

const reliable: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "asynchronous" };
const noFaults = { crashes: 0, partitions: 0, pauses: 0, slowNodes: 0, slowDisks: 0 };

/** Liveness: what process 0 is asked to tell is heard by process 1. */
const heard: AnyProperty = property<{ told: number; heard: number }>({
  id: "HEARD",
  kind: "liveness",
  text: "What is told is heard.",
  init: () => ({ told: 0, heard: 0 }),
  on(s, { kind, name }, report) {
    if (kind === "request" && name === "tell") {
      s.told++;
      report.premise();
    } else if (kind === "indication" && name === "heard") s.heard++;
  },
  pending: ({ told, heard: count }) => (count < told ? "something told is not heard" : null),
});

describe("an exhaustive verdict", () => {
  it("draws nothing that an order does not depend on: the time of stabilisation, the unknown bound", () => {
    const runsIn = (timing: SystemModel["timing"]): number =>
      runCampaign(
        prepare(talking({ ...reliable, timing }, [calls(0, ["tell", 1, "a"])], { faults: noFaults }, [heard])),
        {
          exhaustive: true,
          crashesMax: 0,
        },
      ).runs;
    expect(runsIn("eventually-synchronous")).toBe(runsIn("asynchronous"));
    expect(runsIn("unknown-bound")).toBe(runsIn("asynchronous"));
  });

  it("fires a timer whose delay is a range before and after whatever happens within it, where timing is synchronous", () => {
    const waiting = (): Module<{
      provides: { requests: Record<never, never>; indications: { readonly woke: () => void } };
      uses: Record<never, never>;
      state: Record<never, never>;
      timers: { over: [] };
    }> => ({
      name: "waiting",
      source: "a test",
      init: () => ({}),
      start: (_s, io) => io.timers.over.set(io.self === 0 ? { from: 10, to: 30 } : 20),
      upon: { request: {}, timer: { over: (_s, io) => io.up.woke() } },
    });
    const zeroFirst = property<{ woke: boolean }>({
      id: "ZERO-FIRST",
      kind: "safety",
      text: "Process 0 wakes first.",
      init: () => ({ woke: false }),
      on(s, { kind, node, event }, report) {
        if (kind !== "indication") return;
        report.premise();
        if (node === 1 && !s.woke) report.violated("process 1 wakes first", event);
        s.woke = true;
      },
    });
    const scenario = talking(
      { ...reliable, timing: "synchronous" },
      [],
      { stack: stack(waiting(), {}), faults: noFaults },
      [zeroFirst],
    );
    expect(runCampaign(prepare(scenario), { exhaustive: true, crashesMax: 0 }).verdicts[0]?.verdict).toBe("violated");
  });

  it("counts a message that comes twice among what a fair-loss network may do", () => {
    const once = property<{ count: number }>({
      id: "ONCE",
      kind: "safety",
      text: "Nothing is heard twice.",
      init: () => ({ count: 0 }),
      on(s, { kind, name, event }, report) {
        if (kind !== "indication" || name !== "heard") return;
        report.premise();
        if (++s.count > 1) report.violated("heard twice", event);
      },
    });
    const model: SystemModel = { ...reliable, network: "fair-loss" };
    const scenario = talking(model, [calls(0, ["tell", 1, "a"])], { faults: noFaults }, [once]);
    const violatedWith = (set: Readonly<Record<string, number>>): string | undefined =>
      runCampaign(prepare(scenario, set), { exhaustive: true, crashesMax: 0 }).verdicts[0]?.verdict;
    expect(violatedWith({})).toBe("violated");
    expect(violatedWith({ duplication: 0 })).toBe("holds");
  });

  it("loses nothing where the dial says that nothing is lost", () => {
    const model: SystemModel = { ...reliable, network: "fair-loss" };
    const scenario = talking(model, [calls(0, ["tell", 1, "a"])], { faults: noFaults }, [heard]);
    const verdictWith = (set: Readonly<Record<string, number>>): string | undefined =>
      runCampaign(prepare(scenario, set), { exhaustive: true, crashesMax: 0 }).verdicts[0]?.verdict;
    expect(verdictWith({})).toBe("violated");
    expect(verdictWith({ loss: 0 })).toBe("holds");
  });

  it("counts a forged message among what an arbitrary network may do", () => {
    const model: SystemModel = { ...reliable, network: "arbitrary" };
    const fromTwo = property<object>({
      id: "NOT-FROM-2",
      kind: "safety",
      text: "Process 2 says nothing, so nothing is heard from it.",
      init: () => ({}),
      on(_s, { kind, name, args, event }, report) {
        if (kind !== "indication" || name !== "heard") return;
        report.premise();
        if (args[0] === 2) report.violated("heard from process 2", event);
      },
    });
    const scenario = talking(model, [calls(0, ["tell", 1, "a"])], { n: 3, faults: noFaults }, [fromTwo]);
    expect(runCampaign(prepare(scenario), { exhaustive: true, crashesMax: 0 }).verdicts[0]?.verdict).toBe("violated");
  });
});
