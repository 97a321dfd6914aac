import { describe, expect, it } from "vitest";
import { emptyComputation, happened, happenedBefore } from "../../check/happens-before.ts";
import type { PropertyEvent } from "../../check/index.ts";
import { network, stack, type Trace } from "../../model/index.ts";
import {
  berkeleyAdjustments,
  correctionOf,
  disciplinedClock,
  driftMs,
  type EventClock,
  isVectorBefore,
  type LamportStamp,
  lamportClock,
  leapingTime,
  mergeVectors,
  ntpEstimate,
  smearedTime,
  stopwatch,
  tickingLamportClock,
  timeServer,
  type VectorRules,
  type VectorStamp,
  vectorClock,
} from "../../protocols/index.ts";
import { prepare, runCampaign, runOnce, type Script, type Setup, scenario } from "../../simulate/index.ts";
import { causalityOf } from "../../trace/index.ts";
import { stamping } from "./conversation.ts";
import { clocksMutants, clocksScenarios } from "./index.ts";
import { moonScenario } from "./moon-scenario.ts";

/** A run in which every message takes exactly so long. */
const exactly = (delayMs: number, setup: Omit<Setup, "properties" | "dials">, seed = 1): Trace => {
  const exact = scenario({
    id: "test/exact",
    rows: [],
    title: "exact delays",
    model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
    parameters: {},
    setup: () => ({ ...setup, properties: [], dials: { delayMsMin: delayMs, delayMsMax: delayMs } }),
  });
  return runOnce(prepare(exact), { kind: "seed", seed, edits: [] }, { trace: true }).trace!;
};

const answers = ({ events }: Trace): readonly Trace["events"][number][] =>
  events.filter(({ kind }) => kind === "answer");

/** The figure of lectures 3 and 4: a, b at A; c, d at B; e, f at C; messages from b to c and from d to f. */
const figure: readonly Script[] = [
  {
    node: 0,
    calls: [
      { request: "local", args: ["a"] },
      { request: "send", args: [1, "m1"] },
    ],
  },
  { node: 1, calls: [{ request: "send", args: [2, "m2"], afterMs: 20 }] },
  { node: 2, calls: [{ request: "local", args: ["e"] }] },
];
const figureOf = <S extends object, Stamp>(clock: EventClock<S, Stamp>): Trace =>
  exactly(5, { processes: stamping(3, clock), workload: () => figure });

/** The events of the figure by name, in the order a to f: two at each process. */
const byName = (trace: Trace): readonly Trace["events"][number][] =>
  [0, 1, 2].flatMap((node) => answers(trace).filter((event) => event.node === node));
const stampsOf = (trace: Trace): readonly unknown[] =>
  byName(trace).map(({ name, data }) => (data as readonly unknown[])[name === "local" ? 1 : 2]);

describe("B8: happens-before", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const expected = ["ab", "ac", "ad", "af", "bc", "bd", "bf", "cd", "cf", "df", "ef"];
  const trace = figureOf(lamportClock());
  const matrix = (isBefore: (a: number, b: number) => boolean): readonly string[] =>
    names.flatMap((a, at) => names.filter((_, to) => isBefore(at, to)).map((b) => a + b));

  it("the closure by definition is the matrix of the figure; e is concurrent to a, b, c, d", () => {
    const computation = emptyComputation<LamportStamp>();
    const numbers = new Map<number, number>();
    for (const { id, node, name, data } of answers(trace)) {
      const seen = { kind: "indication", event: id, node, name, args: data } as unknown as PropertyEvent;
      numbers.set(id, happened(computation, seen)!.number);
    }
    const events = byName(trace).map(({ id }) => computation.events[numbers.get(id)!]!);
    expect(matrix((a, b) => happenedBefore(events[a]!, events[b]!))).toEqual(expected);
  });

  it("the stamps that are derived from the trace give the same matrix", () => {
    const causality = causalityOf(trace);
    const ids = byName(trace).map(({ id }) => id);
    expect(matrix((a, b) => causality.happensBefore(ids[a]!, ids[b]!))).toEqual(expected);
    for (const other of [0, 1, 2, 3]) expect(causality.concurrent(ids[4]!, ids[other]!)).toBe(true);
  });
});

describe("B9: the stamps of the figure", () => {
  it("Lamport: (1,A) (2,A) (3,B) (4,B) (1,C) (5,C)", () => {
    const stamps = stampsOf(figureOf(lamportClock())) as readonly LamportStamp[];
    expect(stamps.map(({ time, node }) => `(${time},${"ABC"[node]})`).join(" ")).toBe(
      "(1,A) (2,A) (3,B) (4,B) (1,C) (5,C)",
    );
  });

  it("vectors: ⟨1,0,0⟩ ⟨2,0,0⟩ ⟨2,1,0⟩ ⟨2,2,0⟩ ⟨0,0,1⟩ ⟨2,2,2⟩", () => {
    expect(stampsOf(figureOf(vectorClock()))).toEqual([
      [1, 0, 0],
      [2, 0, 0],
      [2, 1, 0],
      [2, 2, 0],
      [0, 0, 1],
      [2, 2, 2],
    ]);
  });
});

describe("the notes against the theorem", () => {
  const oneMessage = (rules: Partial<VectorRules>): readonly unknown[] => {
    const processes = stamping(2, vectorClock({ rules }));
    const workload = (): readonly Script[] => [{ node: 0, calls: [{ request: "send", args: [1, "m"] }] }];
    return stampsOf(exactly(5, { processes, workload }));
  };

  it("0.2: without an increment at the receipt one message has one stamp at both ends, [1,0]", () => {
    const [sent, received] = oneMessage({ receive: mergeVectors }) as readonly VectorStamp[];
    expect([sent, received]).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(isVectorBefore(sent!, received!)).toBe(false);
    const [a, b] = oneMessage({}) as readonly VectorStamp[];
    expect(isVectorBefore(a!, b!)).toBe(true);
  });

  it("0.3: counters alone leave ties, counters with processes none", () => {
    const stamps = stampsOf(figureOf(lamportClock())) as readonly LamportStamp[];
    expect(new Set(stamps.map(({ time }) => time)).size).toBeLessThan(stamps.length);
    expect(new Set(stamps.map(({ time, node }) => `${time},${node}`)).size).toBe(stamps.length);
  });
});

describe("B37: clocks that tick 6, 8 and 10", () => {
  it("m3, sent at 60, arrives at 56 and sets the clock to 61; m4, sent at 69, arrives at 54 and sets it to 70", () => {
    const start = { request: "local", args: ["start"] };
    const trace = exactly(10, {
      processes: stamping(3, tickingLamportClock({ ticks: [6, 8, 10], unitMs: 10 })),
      workload: () => [
        { node: 0, calls: [start, { request: "send", args: [1, "m1"], afterMs: 10 }] },
        {
          node: 1,
          calls: [
            start,
            { request: "send", args: [2, "m2"], afterMs: 30 },
            { request: "send", args: [0, "m4"], afterMs: 50 },
          ],
        },
        { node: 2, calls: [start, { request: "send", args: [1, "m3"], afterMs: 60 }] },
      ],
    });
    const times = new Map<string, number>();
    for (const { name, data } of answers(trace)) {
      const [, message, stamp] = data as readonly [number, string, LamportStamp];
      if (name !== "local") times.set(`${message} ${name === "sent" ? "sent" : "received"}`, stamp.time);
    }
    expect(Object.fromEntries(times)).toEqual({
      "m1 sent": 6,
      "m1 received": 16,
      "m2 sent": 24,
      "m2 received": 40,
      "m3 sent": 60,
      "m3 received": 61,
      "m4 sent": 69,
      "m4 received": 70,
    });
  });
});

describe("B7: NTP", () => {
  const minutes = (hours: number, rest: number): number => hours * 60 + rest;

  it("t1 = 3:31, t2 = 3:30, t3 = 3:31, t4 = 3:34 give δ = 2 min and θ = −2 min", () => {
    expect(ntpEstimate(minutes(3, 31), minutes(3, 30), minutes(3, 31), minutes(3, 34))).toEqual({
      offset: -2,
      delay: 2,
    });
  });

  it("slews below 125 ms, steps below 1,000 s, panics from there on", () => {
    expect([0, 124.999, -124.999].map(correctionOf)).toEqual(["slew", "slew", "slew"]);
    expect([125, -125, 999_999].map(correctionOf)).toEqual(["step", "step", "step"]);
    expect([1_000_000, -1_000_000].map(correctionOf)).toEqual(["panic", "panic"]);
  });

  describe("on a clock that follows a server", () => {
    /** The client is so far off from the start; every message takes 5 ms, so that the estimate is right. */
    const disciplined = (byMs: number): readonly (readonly [string, readonly unknown[]])[] =>
      answers(
        exactly(5, {
          processes: [
            { name: "server", stack: stack(timeServer(), { links: network("time") }) },
            {
              name: "client",
              stack: stack(disciplinedClock({ server: 0, pollMs: 20, pollsMax: 10 }), { links: network("time") }),
            },
          ],
          workload: () => [{ node: 1, calls: [{ request: "measure", args: ["work", 50], until: ["elapsed"] }] }],
          plan: [{ kind: "clock-step", at: 0, node: 1, byMs }],
        }),
      ).map(({ name = "", data }) => [name, data as readonly unknown[]]);
    const argumentOf = (all: ReturnType<typeof disciplined>, wanted: string, place: number): number =>
      all.find(([name]) => name === wanted)![1][place] as number;
    const namesOf = (all: ReturnType<typeof disciplined>): readonly string[] => all.map(([name]) => name);

    it.each([-200, 200])("a timing of 50 ms reads 50 ms and the step: %d ms off", (byMs) => {
      const all = disciplined(byMs);
      expect(namesOf(all).filter((name) => name === "stepped")).toEqual(["stepped"]);
      expect(argumentOf(all, "stepped", 0)).toBeCloseTo(-byMs, 1);
      expect(argumentOf(all, "elapsed", 1)).toBeCloseTo(50 - byMs, 1);
      expect(argumentOf(all, "elapsed", 2)).toBe(50);
    });

    it.each([-124, 124])("a timing of 50 ms reads 50 ms, give or take 25 µs, while it is slewed: %d ms off", (byMs) => {
      const all = disciplined(byMs);
      expect(namesOf(all)).toContain("slewing");
      expect(namesOf(all)).not.toContain("stepped");
      const gainedMs = argumentOf(all, "elapsed", 1) - 50;
      expect(Math.abs(gainedMs)).toBeLessThanOrEqual(0.025);
      expect(Math.sign(gainedMs)).toBe(-Math.sign(byMs));
    });

    it.each([-1_000_000, 1_000_100])("it panics once, and corrects nothing: %d ms off", (byMs) => {
      const all = disciplined(byMs);
      expect(namesOf(all).toSorted()).toEqual(["elapsed", "panicked"]);
      expect(argumentOf(all, "elapsed", 1)).toBeCloseTo(50, 2);
    });
  });

  it("a timing of 50 ms reads 50 ms and the step on the wall clock, and 50 ms on the monotonic one", () => {
    const timing = (clock: "wall" | "monotonic", byMs: number): unknown => {
      const trace = exactly(1, {
        processes: [{ name: "p", stack: stack(stopwatch({ clock }), {}) }],
        workload: () => [{ node: 0, calls: [{ request: "measure", args: ["work", 50] }] }],
        plan: [{ kind: "clock-step", at: 25, node: 0, byMs }],
      });
      return (answers(trace)[0]!.data as readonly unknown[])[1];
    };
    expect(timing("wall", -200)).toBeCloseTo(-150, 2);
    expect(timing("wall", 200)).toBeCloseTo(250, 2);
    expect(timing("monotonic", -200)).toBe(50);
  });

  it("50 parts per million are 4.32 s a day", () => {
    expect(driftMs(50, 24 * 3_600_000)).toBe(4_320);
  });
});

describe("row 20: leap seconds", () => {
  const leap = { at: 100_000, smearMs: 40_000 };
  const every = Array.from({ length: 1_200 }, (_, tick) => tick * 100);

  it("a leaping clock shows one second twice, a smeared one never goes back", () => {
    const backwards = (clock: (elapsed: number) => number): number =>
      every.filter((now, at) => at > 0 && clock(now) < clock(every[at - 1]!)).length;
    expect(backwards((now) => leapingTime(now, leap))).toBe(1);
    expect(backwards((now) => smearedTime(now, leap))).toBe(0);
  });

  it("both agree outside the window, and differ by at most the leap second in it", () => {
    for (const now of every) {
      const differenceMs = leapingTime(now, leap) - smearedTime(now, leap);
      expect(differenceMs).toBeGreaterThanOrEqual(0);
      expect(differenceMs).toBeLessThan(1_000);
      if (now <= leap.at - leap.smearMs || now >= leap.at) expect(differenceMs).toBe(0);
    }
  });
});

describe("B39: Berkeley", () => {
  it("3:00, 3:25 and 2:50 are adjusted by +5, −20 and +15", () => {
    expect(berkeleyAdjustments([180, 205, 170])).toEqual([5, -20, 15]);
  });
});

describe("B16: the moon is made of cheese", () => {
  /** What C heard, in the order in which it heard it, with the stamps of the sendings. */
  const heard = (stamps: string, seed: number): readonly { readonly text: string; readonly sentAt: unknown }[] => {
    const prepared = prepare(moonScenario, { stamps, duplication: 0, loss: 0 });
    const { trace } = runOnce(prepared, { kind: "seed", seed, edits: [] }, { trace: true, stopAtViolation: false });
    return answers(trace!)
      .filter(({ node, name }) => node === 2 && name === "deliver")
      .map(({ data }) => {
        const [, text, , sentAt] = data as readonly [number, string, unknown, unknown];
        return { text, sentAt };
      });
  };
  const question = "The moon is made of cheese!";
  const answer = "Oh no it isn't!";

  it("C may hear the answer first, with a time of day before the question's; vectors put the question first", () => {
    let inverted = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const byTime = heard("time of day", seed);
      if (byTime.map(({ text }) => text).join() !== [answer, question].join()) continue;
      const [t2, t1] = byTime.map(({ sentAt }) => sentAt as number);
      if (t1! <= t2!) continue;
      inverted++;
      const sorted = [...byTime].sort((a, b) => (a.sentAt as number) - (b.sentAt as number));
      expect(sorted.map(({ text }) => text)).toEqual([answer, question]);
      const [v2, v1] = heard("vectors", seed).map(({ sentAt }) => sentAt as VectorStamp);
      expect(isVectorBefore(v1!, v2!)).toBe(true);
    }
    expect(inverted).toBeGreaterThan(0);
  });
});

describe("mutants of clocks", () => {
  for (const { id, scenario: home, rules, violates, equivalent, seedsMax = 2_000 } of clocksMutants) {
    it(`${id} is ${equivalent === undefined ? "found" : "not reported"}`, () => {
      const candidate = clocksScenarios.find((other) => (other as unknown as { id: string }).id === home)!;
      const prepared = prepare(candidate, {}, {}, { rules, mutant: id });
      const { verdicts } = runCampaign(prepared, { runs: seedsMax, first: violates[0]!, shrinkRunsMax: 0 });
      const broken = verdicts.filter(({ verdict }) => verdict === "violated").map(({ property }) => property);
      if (equivalent === undefined) expect(violates.some((property) => broken.includes(property))).toBe(true);
      else expect(broken).toEqual([]);
    });
  }
});
