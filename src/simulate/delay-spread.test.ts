import { describe, expect, it } from "vitest";
import { talking } from "../../test/support/talk.ts";
import type { SystemModel } from "../model/index.ts";
import { delaySpread, delaySteps } from "./delay-spread.ts";
import { type DelayDistribution, type FaultBudget, prepare, runOnce } from "./index.ts";

const reliable: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "synchronous" };
const quiet: FaultBudget = { partitions: 0, pauses: 0, slowNodes: 0, slowDisks: 0, crashes: 0 };
const seed = (number: number) => ({ kind: "seed", seed: number, edits: [] }) as const;
const tells = {
  node: 0,
  calls: Array.from({ length: 400 }, (_, at) => ({ request: "tell", args: [1, `m${at}`], afterMs: 1 })),
};
const delaysMs = (model: SystemModel, set: Readonly<Record<string, number | string>>): number[] => {
  const { trace } = runOnce(prepare(talking(model, [tells], { faults: quiet }), set), seed(1), { trace: true });
  const sentAt = new Map(trace!.events.map(({ id, at }) => [id, at]));
  return trace!.events.flatMap(({ kind, at, cause }) => (kind === "deliver" ? [at - sentAt.get(cause!)!] : []));
};
const mean = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;

describe("the spread of delays", () => {
  it("exponential: its quantiles are logarithms", () => {
    const table = delaySpread("exponential", false);
    for (const [left, logarithm] of [
      [1024, 0],
      [512, Math.LN2],
      [256, 1.386294361119891],
      [100, 2.326301619611359],
      [1, 6.931471805599453],
    ] as const)
      expect(table[delaySteps - left]).toBeCloseTo(0.25 * logarithm, 12);
  });

  it.each(["uniform", "exponential", "heavy-tailed"] as const)(
    "%s: rises, and keeps a bound where there is one",
    (kind) => {
      for (const isBounded of [true, false]) {
        const table = delaySpread(kind, isBounded);
        for (let q = 1; q < delaySteps; q++) expect(table[q]).toBeGreaterThanOrEqual(table[q - 1]!);
        if (isBounded) expect(Math.max(...table)).toBeLessThanOrEqual(1);
      }
    },
  );

  it("is a dial: most messages are quick where it is exponential, and none later than the bound", () => {
    const delays = { delayMsMin: 0, delayMsMax: 100 };
    const [uniform, exponential] = (["uniform", "exponential"] as const).map((kind: DelayDistribution) =>
      delaysMs(reliable, { ...delays, delays: kind }),
    ) as [number[], number[]];
    expect(Math.abs(mean(uniform) - 50)).toBeLessThan(5);
    expect(Math.abs(mean(exponential) - 25)).toBeLessThan(5);
    expect(Math.max(...exponential)).toBeLessThanOrEqual(100);
    const asynchronous = { ...reliable, timing: "asynchronous" } as const;
    expect(Math.max(...delaysMs(asynchronous, delays))).toBeGreaterThan(400);
    expect(Math.max(...delaysMs(asynchronous, { ...delays, delays: "uniform" }))).toBeLessThanOrEqual(100);
  });
});

describe("a swarm of knobs", () => {
  it("draws in each run how much of what is set may happen: from none of it to all", () => {
    const scenario = talking({ ...reliable, network: "fair-loss" }, [tells], { faults: quiet });
    const prepared = prepare(scenario, { knobs: "drawn", loss: 0.4, duplication: 0 });
    const lost = Array.from({ length: 40 }, (_, at) => runOnce(prepared, seed(at)).struck.get("loss") ?? 0);
    expect(lost.some((count) => count === 0)).toBe(true);
    expect(lost.some((count) => count > 120)).toBe(true);
    expect(new Set(lost.map((count) => Math.round(count / 40))).size).toBeGreaterThan(3);
  });
});

describe("a swarm of setups", () => {
  const scenario = talking({ ...reliable, network: "fair-loss" }, [tells], {
    faults: quiet,
    swarm: (draw) => ({ dials: { loss: draw.pick("loss", [0, 0.5]), duplication: 0 } }),
  });
  const lostIn = (set: Readonly<Record<string, number>>): readonly number[] =>
    Array.from({ length: 20 }, (_, at) => runOnce(prepare(scenario, set), seed(at)).struck.get("loss") ?? 0);

  it("each run draws its own, and the same one again from the same seed", () => {
    const lost = lostIn({});
    expect(lost.some((count) => count === 0)).toBe(true);
    expect(lost.some((count) => count > 150)).toBe(true);
    expect(lostIn({})).toEqual(lost);
  });

  it("what the user sets is not drawn", () => {
    expect(Math.min(...lostIn({ loss: 0.5 }))).toBeGreaterThan(150);
  });
});

describe("a copy that was kept somewhere on the way", () => {
  it("comes so much later, and the message itself does not", () => {
    const set = { loss: 0, duplication: 1, delayMsMin: 1, delayMsMax: 2, copyDelayMsMax: 100 };
    const delays = delaysMs({ ...reliable, network: "fair-loss" }, set);
    expect(delays.filter((delay) => delay <= 2).length).toBeGreaterThanOrEqual(400);
    expect(Math.max(...delays)).toBeGreaterThan(90);
    expect(Math.max(...delays)).toBeLessThanOrEqual(102);
  });
});

describe("an adversary that owns the network", () => {
  it("may drop everything on a link for ever, also when all other faults are over", () => {
    const late = {
      node: 0,
      calls: [
        { request: "tell", args: [1, "a"] },
        { request: "tell", args: [1, "b"], afterMs: 500 },
      ],
    };
    const severed = (model: SystemModel): number | undefined => {
      const scenario = talking(model, [late], { faults: quiet, windowMs: 100 });
      return runOnce(prepare(scenario, { severance: 1, loss: 0, forgery: 0 }), seed(1)).struck.get("severed");
    };
    expect(severed({ ...reliable, network: "arbitrary" })).toBe(2);
    expect(severed({ ...reliable, network: "fair-loss" })).toBeUndefined();
  });
});
