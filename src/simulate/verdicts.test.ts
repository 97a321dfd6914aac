import { describe, expect, it } from "vitest";
import { calls, talking } from "../../test/support/talk.ts";
import { type AnyProperty, property } from "../check/index.ts";
import { type Links, type Module, type Nothing, network, type SystemModel, stack } from "../model/index.ts";
import { prepare, runCampaign, runOnce } from "./index.ts";

const reliable: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "asynchronous" };
const seedOne = { kind: "seed", seed: 1, edits: [] } as const;
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

describe("a verdict on liveness", () => {
  it("is unknown where no run was fair: more nodes stop than the scenario survives", () => {
    const scenario = talking(
      reliable,
      [calls(0, ["tell", 1, "a"])],
      { f: 0, plan: [{ kind: "crash", at: 0, node: 1 }], faults: noFaults },
      [heard],
    );
    const [verdict] = runCampaign(prepare(scenario), { runs: 20 }).verdicts;
    expect(verdict).toMatchObject({ verdict: "unknown", exercised: 0 });
  });

  it("is unknown where every run that put it to the test was over its budget", () => {
    const scenario = talking(reliable, [calls(0, ["tell", 1, "a"])], { faults: noFaults }, [heard]);
    const [verdict] = runCampaign(prepare(scenario), { runs: 5, eventsMax: 1 }).verdicts;
    expect(verdict?.verdict).toBe("unknown");
  });
});

describe("a verdict", () => {
  it("is the same whether a trace is kept or not, also where the budget ends the run", () => {
    const scenario = talking(
      reliable,
      [calls(0, ...Array.from({ length: 100 }, () => ["tell", 1, "a"] as const))],
      { faults: noFaults },
      [heard],
    );
    for (const eventsMax of [20, 50, 100, 150]) {
      const plain = runOnce(prepare(scenario), seedOne, { eventsMax, cover: "outside" });
      const traced = runOnce(prepare(scenario), seedOne, { eventsMax, cover: "outside", trace: true });
      expect([traced.ended, traced.hash, traced.deliveries]).toEqual([plain.ended, plain.hash, plain.deliveries]);
    }
  });

  it("is violated, and says why, where a violation cannot be shown again", () => {
    let runs = 0;
    const fickle = property<object>({
      id: "FICKLE",
      kind: "safety",
      text: "depends on something outside the run",
      init: () => ({}),
      on(_s, { event }, report) {
        report.premise();
        if (++runs === 1) report.violated("broken this once", event);
      },
    });
    const scenario = talking(reliable, [calls(0, ["tell", 1, "a"])], { faults: noFaults }, [fickle]);
    const [verdict] = runCampaign(prepare(scenario), { runs: 3 }).verdicts;
    expect(verdict?.verdict).toBe("violated");
    expect(verdict?.clause).toMatch(/does not come again/);
  });

  it("stops a run at the first handler that throws: what a broken node does next says nothing", () => {
    const throwing = (): Module<{
      provides: Nothing;
      uses: { links: Links<string> };
      state: Record<never, never>;
    }> => ({
      name: "throwing",
      source: "a test",
      init: () => ({}),
      start: (_s, io) => io.links.send(io.self, "again"),
      upon: {
        request: {},
        links: {
          deliver(_s, io) {
            io.links.send(io.self, "again");
            throw new Error("no");
          },
        },
      },
    });
    const scenario = talking(reliable, [], { stack: stack(throwing(), { links: network() }), faults: noFaults }, [
      heard,
    ]);
    const result = runOnce(prepare(scenario), seedOne, { stopAtViolation: false });
    expect(result.violations.map(({ property: id }) => id)).toEqual(["protocol"]);
    expect(result.ended).toBe("violated");
  });
});

/** Ticks every 100 ms for ever. */
const ticking = (): Module<{
  provides: {
    requests: { readonly tell: (to: number, text: string) => void };
    indications: { readonly heard: (from: number, text: string) => void };
  };
  uses: { links: Links<string> };
  state: { ticks: number };
  timers: { tick: [] };
}> => ({
  name: "ticking",
  source: "a test",
  init: () => ({ ticks: 0 }),
  start: (_s, io) => io.timers.tick.set(100),
  upon: {
    request: { tell: (_s, io, to, text) => io.links.send(to, text) },
    links: { deliver: (_s, io, from, text) => io.up.heard(from, text) },
    timer: {
      tick(s, io) {
        s.ticks++;
        io.timers.tick.set(100);
      },
    },
  },
});

describe("an exhaustive verdict", () => {
  it("covers a crash inside a step: some of its messages have left, the others never will", () => {
    const both: AnyProperty = property<{ heard: number[] }>({
      id: "BOTH",
      kind: "safety",
      text: "What process 2 hears process 1 heard before it or was told too.",
      init: () => ({ heard: [] }),
      on(s, { kind, name, node }, report) {
        if (kind !== "indication" || name !== "heard") return;
        report.premise();
        s.heard.push(node);
      },
      end(s, _prospect, report) {
        if (s.heard.includes(1) && !s.heard.includes(2)) report.violated("1 heard, 2 did not");
      },
    });
    const telling = (): Module<{
      provides: { requests: { readonly tell: () => void }; indications: { readonly heard: (text: string) => void } };
      uses: { links: Links<string> };
      state: Record<never, never>;
    }> => ({
      name: "telling",
      source: "a test",
      init: () => ({}),
      upon: {
        request: {
          tell(_s, io) {
            io.links.send(1, "x");
            io.links.send(2, "x");
          },
        },
        links: { deliver: (_s, io, _from, text) => io.up.heard(text) },
      },
    });
    const model: SystemModel = { ...reliable, nodes: "crash-recovery" };
    const faults = { ...noFaults, candidates: [0] };
    const scenario = talking(
      model,
      [calls(0, ["tell"])],
      { n: 3, stack: stack(telling(), { links: network() }), faults },
      [both],
    );
    const { verdicts } = runCampaign(prepare(scenario), { exhaustive: true, crashesMax: 1 });
    expect(verdicts[0]?.verdict).toBe("violated");
    expect(runCampaign(prepare(scenario), { exhaustive: true, crashesMax: 0 }).verdicts[0]?.verdict).toBe("holds");
  });

  const ticks = { stack: stack(ticking(), { links: network() }), faults: noFaults, windowMs: 100, patienceMs: 300 };

  it("is not cut short while messages are under way", () => {
    // The client is through, nothing is owed, 100 ms have passed: and yet the word may still come.
    const inTime = property<object>({
      id: "IN-TIME",
      kind: "safety",
      text: "Nothing is heard after the first tick.",
      init: () => ({}),
      on(_s, { kind, name, at, event }, report) {
        if (kind !== "indication" || name !== "heard") return;
        report.premise();
        if (at >= 100) report.violated("heard late", event);
      },
    });
    const scenario = talking(reliable, [calls(0, ["tell", 1, "late"])], ticks, [inTime]);
    const { verdicts } = runCampaign(prepare(scenario), { exhaustive: true, crashesMax: 0, runs: 2_000 });
    expect(verdicts[0]?.verdict).toBe("violated");
  });

  it("owes nothing at the end of the time that it looks at, while messages are under way", () => {
    const scenario = talking(reliable, [calls(0, ["tell", 1, "late"])], ticks, [heard]);
    const { verdicts } = runCampaign(prepare(scenario), { exhaustive: true, crashesMax: 0, runs: 2_000 });
    expect(verdicts[0]?.verdict).not.toBe("violated");
  });

  it.each(["eventually-synchronous", "unknown-bound"] as const)(
    "lets messages be late where timing is %s",
    (timing) => {
      const scenario = talking(
        { ...reliable, timing },
        [calls(0, ["tell", 1, "a"], ["wait", 1_000])],
        { faults: noFaults },
        [
          property<{ over: boolean }>({
            id: "IN-TIME",
            kind: "safety",
            text: "Nothing is heard after a second.",
            init: () => ({ over: false }),
            on(s, { kind, name, event }, report) {
              if (kind !== "indication") return;
              report.premise();
              if (name === "waited") s.over = true;
              else if (s.over) report.violated("heard late", event);
            },
          }),
        ],
      );
      const { verdicts, runs } = runCampaign(prepare(scenario), { exhaustive: true, crashesMax: 0 });
      expect(verdicts[0]?.verdict).toBe("violated");
      expect(runs).toBeLessThan(10);
    },
  );

  it("is not given where one run had more at hand than a run may have, and that is no fault of the protocol", () => {
    const bursting = (): Module<{
      provides: Nothing;
      uses: { links: Links<number> };
      state: Record<never, never>;
    }> => ({
      name: "bursting",
      source: "a test",
      init: () => ({}),
      start(_s, io) {
        for (let at = 0; at < 20_000; at++) io.links.send(1, at);
      },
      upon: { request: {}, links: { deliver: () => undefined } },
    });
    const scenario = talking(reliable, [], { stack: stack(bursting(), { links: network() }), faults: noFaults }, [
      heard,
    ]);
    const result = runCampaign(prepare(scenario), { exhaustive: true, crashesMax: 0, runs: 1 });
    expect(result.verdicts.map(({ property: id, verdict }) => [id, verdict])).toEqual([["HEARD", "unknown"]]);
  });
});
