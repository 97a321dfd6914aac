import { describe, expect, it } from "vitest";
import { calls, talking } from "../../test/support/talk.ts";
import { type AnyProperty, property } from "../check/index.ts";
import type { SystemModel } from "../model/index.ts";
import { type CampaignResult, prepare, type RunResult, runCampaign, runOnce, type Setup } from "./index.ts";

const reliable: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "synchronous" };
const patienceMs = 100;
const seed = { kind: "seed", seed: 1, edits: [] } as const;

/** Whoever starts to wait is through with it in the end. */
const endsWaiting: AnyProperty = property<{ open: number }>({
  id: "ENDS",
  kind: "liveness",
  text: "Every wait ends.",
  init: () => ({ open: 0 }),
  on(s, { kind, name }, report) {
    if (name !== "wait" && name !== "waited") return;
    report.premise();
    s.open += kind === "request" ? 1 : -1;
  },
  pending: (s) => (s.open > 0 ? "process 0 waits" : null),
});

/** From some time on nobody waits: what was met at one time may be owed again. */
const inPeace: AnyProperty = { ...endsWaiting, id: "PEACE", lasting: true };

const waiting = (delaysMs: readonly number[], properties: readonly AnyProperty[], more: Partial<Setup> = {}) =>
  prepare(
    talking(
      reliable,
      [
        {
          node: 0,
          calls: delaysMs.map((delayMs) => ({ request: "wait", args: [delayMs], until: ["waited"], afterMs: 1 })),
        },
      ],
      { windowMs: 10, patienceMs, ...more },
      properties,
    ),
  );

const run = (delaysMs: readonly number[], properties: readonly AnyProperty[] = [endsWaiting]): RunResult =>
  runOnce(waiting(delaysMs, properties), seed, { trace: true });
const campaign = (delaysMs: readonly number[], properties: readonly AnyProperty[] = [endsWaiting]): CampaignResult =>
  runCampaign(waiting(delaysMs, properties), { runs: 3 });

describe("what is owed when patience is over", () => {
  it("and comes within eight times the patience has no verdict", () => {
    const { overdue, violations, ended } = run([500]);
    expect([overdue, violations, ended]).toEqual([[{ property: "ENDS", clause: "process p0 waits" }], [], "patience"]);
    const [verdict] = campaign([500]).verdicts;
    expect(verdict).toMatchObject({ verdict: "unknown", strength: { by: "budget", runs: 3 } });
    expect(verdict?.clause).toMatch(/^patience too short in 3 runs.*process p0 waits$/);
  });

  it("and does not come then either is broken, with a counterexample", () => {
    expect(run([5_000])).toMatchObject({ overdue: [], ended: "violated" });
    expect(campaign([5_000]).verdicts[0]).toMatchObject({
      verdict: "violated",
      strength: { by: "counterexample" },
      clause: "process p0 waits",
    });
  });

  it("is not asked where it came in time", () => {
    expect(run([50])).toMatchObject({ overdue: [], violations: [], ended: "quiet" });
    expect(campaign([50]).verdicts[0]?.verdict).toBe("holds");
  });

  it("by a property that lasts is looked at again only at the end", () => {
    // 810 ms after the start, when all is over, the first wait has ended and the second has not.
    const again = run([300, 5_000], [inPeace]);
    expect(again.violations.map(({ property: id }) => id)).toEqual(["PEACE"]);
    expect(run([300, 5_000], [endsWaiting]).overdue.map(({ property: id }) => id)).toEqual(["ENDS"]);
    expect(run([500], [inPeace]).overdue.map(({ property: id }) => id)).toEqual(["PEACE"]);
  });

  it("has no verdict where clients are served all along", () => {
    const { violations, overdue } = run(
      Array.from({ length: 100 }, () => 30),
      [inPeace],
    );
    expect([violations, overdue.length]).toEqual([[], 1]);
  });

  it("leaves the run as it is: the same events, hash and time however the waiting ends", () => {
    const [late, never] = [run([500]), run([5_000])];
    for (const { events, trace, durationMs } of [late, never])
      expect([events, trace?.events.length, durationMs <= 10 + patienceMs]).toEqual([late.events, late.events, true]);
    const unwaited = runOnce(waiting([500], [endsWaiting]), seed, { whenOwed: () => "open" });
    expect([unwaited.hash, unwaited.events, unwaited.overdue]).toEqual([late.hash, late.events, []]);
  });

  it("in any order of events has no verdict: an order that nothing bounds is not fair", () => {
    const source = { kind: "path", path: [], crashesMax: 0, lossesMax: 0 } as const;
    const two = talking(
      reliable,
      [calls(0, ["wait", 5_000]), calls(1, ["wait", 6_000])],
      { windowMs: 10, patienceMs },
      [endsWaiting],
    );
    const { violations, overdue } = runOnce(prepare(two), source);
    expect([violations, overdue.length]).toEqual([[], 1]);
  });
});
