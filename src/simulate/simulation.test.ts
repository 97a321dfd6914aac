import { describe, expect, it } from "vitest";
import { calls, talking } from "../../test/support/talk.ts";
import type { SystemModel, TraceEvent } from "../model/index.ts";
import type { Setup } from "./index.ts";
import { type AnyScenario, type FaultBudget, prepare, type RunResult, runOnce } from "./index.ts";

const reliable: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "synchronous" };
const quiet: FaultBudget = { partitions: 0, pauses: 0, slowNodes: 0, slowDisks: 0, crashes: 0 };

const run = (
  scenario: AnyScenario,
  set: Readonly<Record<string, number>> = {},
  seed = 1,
): RunResult & { readonly events_: readonly TraceEvent[] } => {
  const result = runOnce(prepare(scenario, set), { kind: "seed", seed, edits: [] }, { trace: true });
  return { ...result, events_: result.trace!.events };
};
const of = (
  result: { readonly events_: readonly TraceEvent[] },
  kind: TraceEvent["kind"],
  name?: string,
): readonly TraceEvent[] =>
  result.events_.filter((event) => event.kind === kind && (name === undefined || event.name === name));

const tells = (count: number, afterMs = 0) => ({
  node: 0,
  calls: Array.from({ length: count }, (_, at) => ({ request: "tell", args: [1, `m${at}`], afterMs })),
});
const planned = (plan: NonNullable<Setup["plan"]>, more: Partial<Setup> = {}): Partial<Setup> => ({
  plan,
  faults: quiet,
  ...more,
});

describe("a sync", () => {
  const values = Array.from({ length: 200 }, (_, at) => at + 1);
  const writing = talking(
    reliable,
    [{ node: 0, calls: values.map((value) => ({ request: "write", args: [value], afterMs: 1 })) }],
    { faults: quiet },
  );

  it("covers every write until it ends, as a group commit does, and nothing that waits for it leaves before", () => {
    const result = run(writing, { syncMsMin: 0, syncMsMax: 20 });
    const [written, synced] = [of(result, "disk", "write"), of(result, "disk", "sync")];
    expect(written.length).toBe(200);
    // Where two end together there is one; and none is so late that all could end with it.
    expect(synced.length).toBeLessThan(150);
    expect(synced.length).toBeGreaterThan(10);
    const positions = synced.map(({ data }) => data as number);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    expect(positions.at(-1)).toBe(200);
    const answered = of(result, "answer", "wrote");
    expect(answered.map(({ data }) => (data as readonly number[])[0])).toEqual(values);
    for (const [at, { id }] of answered.entries())
      expect(id).toBeGreaterThan(synced.find(({ data }) => (data as number) > at)!.id);
  });
});

describe("the network dial", () => {
  it("reliable: every message arrives once, within its delays, and they overtake each other", () => {
    const result = run(talking(reliable, [tells(200)], { faults: quiet }), { delayMsMin: 2, delayMsMax: 9 });
    const delivered = of(result, "deliver");
    expect(delivered.length).toBe(200);
    const sent = new Map(of(result, "send").map((event) => [event.id, event.at]));
    for (const { at, cause } of delivered) {
      expect(at - sent.get(cause!)!).toBeGreaterThanOrEqual(2);
      expect(at - sent.get(cause!)!).toBeLessThanOrEqual(9);
    }
    expect(delivered.map(({ data }) => data)).not.toEqual(of(result, "send").map(({ data }) => data));
  });

  it("fair-loss: about as many are lost and doubled as the dials say", () => {
    const result = run(
      talking({ ...reliable, network: "fair-loss" }, [tells(1_000, 1)], { faults: quiet, windowMs: 2_000 }),
      { loss: 0.2, duplication: 0.1 },
    );
    expect(Math.abs((result.struck.get("loss") ?? 0) - 200)).toBeLessThan(50);
    expect(Math.abs((result.struck.get("duplicate") ?? 0) - 80)).toBeLessThan(30);
  });

  it("arbitrary: the network delivers what nobody sent, in anybody's name", () => {
    const result = run(
      talking({ ...reliable, network: "arbitrary" }, [tells(100, 1), calls(1, ["tell", 0, "other"])], {
        n: 3,
        faults: quiet,
      }),
      { forgery: 0.5 },
    );
    expect(result.struck.get("forgery")).toBeGreaterThan(10);
    const sent = new Set(of(result, "send").map(({ node, peer, data }) => `${node}>${peer} ${String(data)}`));
    expect(of(result, "deliver").some(({ node, peer, data }) => !sent.has(`${peer}>${node} ${String(data)}`))).toBe(
      true,
    );
  });

  it("bandwidth: a long message holds up the ones behind it, and a full queue loses", () => {
    const script = {
      node: 0,
      calls: [
        { request: "tell", args: [1, "x".repeat(10_000)] },
        { request: "tell", args: [1, "short"] },
      ],
    };
    const slow = run(talking(reliable, [script], { faults: quiet }), { bandwidth: 100, delayMsMin: 0, delayMsMax: 0 });
    expect(of(slow, "deliver").map(({ at }) => Math.floor(at / 10))).toEqual([10, 10]);
    const limits = { bandwidth: 1, queueMax: 3, loss: 0, duplication: 0 };
    const full = run(talking({ ...reliable, network: "fair-loss" }, [tells(50)], { faults: quiet }), limits);
    // One is being sent and three wait.
    expect([of(full, "deliver").length, full.struck.get("queue full")]).toEqual([4, 46]);
  });

  it("a queue holds so many messages, however long the ones before are; a reliable network loses none", () => {
    const script = {
      node: 0,
      calls: [
        { request: "tell", args: [1, "x".repeat(10_000)] },
        { request: "tell", args: [1, "short"] },
      ],
    };
    const limits = { bandwidth: 100, queueMax: 1, loss: 0, duplication: 0 };
    const queued = run(talking({ ...reliable, network: "fair-loss" }, [script], { faults: quiet }), limits);
    expect(of(queued, "deliver").length).toBe(2);
    const held = run(talking(reliable, [tells(50)], { faults: quiet }), { bandwidth: 1, queueMax: 3 });
    expect(of(held, "deliver").length).toBe(50);
  });

  it("packets: a message of many packets is lost if one of them is", () => {
    const model: SystemModel = { ...reliable, network: "fair-loss" };
    const long = {
      node: 0,
      calls: Array.from({ length: 200 }, () => ({ request: "tell", args: [1, "x".repeat(1_000)] })),
    };
    const whole = run(talking(model, [long], { faults: quiet }), { loss: 0.05, duplication: 0 });
    const split = run(talking(model, [long], { faults: quiet }), { loss: 0.05, duplication: 0, packetBytes: 100 });
    expect(split.struck.get("loss")).toBeGreaterThan(3 * (whole.struck.get("loss") ?? 0));
  });
});

describe("partitions", () => {
  const model: SystemModel = { ...reliable, timing: "asynchronous" };
  const cut = (form: "full" | "one-way" | "bridge") =>
    planned([{ kind: "partition", at: 0, until: 500, form, left: [0], right: [1] }]);
  const both = [calls(0, ["tell", 1, "there"]), calls(1, ["tell", 0, "back"])];

  it("hold messages where the network is reliable", () => {
    const result = run(talking(model, both, cut("full")));
    expect(of(result, "deliver").length).toBe(2);
    for (const { at } of of(result, "deliver")) expect(at).toBeGreaterThan(500);
  });

  it("lose them where it is fair-loss", () => {
    const result = run(talking({ ...model, network: "fair-loss" }, both, cut("full")), { loss: 0, duplication: 0 });
    expect(of(result, "drop", "cut off").length).toBe(2);
  });

  it("cut one direction only, when they are one-way", () => {
    const result = run(talking({ ...model, network: "fair-loss" }, both, cut("one-way")), { loss: 0, duplication: 0 });
    expect(of(result, "deliver").map(({ data }) => data)).toEqual(["back"]);
  });

  it("leave the bridge to both sides (row 12)", () => {
    const all = [0, 1, 2].map((node) =>
      calls(node, ...[0, 1, 2].filter((to) => to !== node).map((to) => ["tell", to, `${node}>${to}`] as const)),
    );
    const plan = planned([{ kind: "partition", at: 0, until: 500, form: "bridge", left: [0, 1], right: [1, 2] }], {
      n: 3,
    } as Partial<Setup>);
    const result = run(talking({ ...model, network: "fair-loss" }, all, { ...plan, n: 3 }), {
      loss: 0,
      duplication: 0,
    });
    expect(
      of(result, "drop", "cut off")
        .map(({ data }) => data)
        .sort(),
    ).toEqual(["0>2", "2>0"]);
  });
});

describe("the node dial", () => {
  const stops = (fault: NonNullable<Setup["plan"]>[number], nodes: SystemModel["nodes"], more: Partial<Setup> = {}) =>
    run(
      talking(
        { ...reliable, nodes },
        [
          {
            node: 0,
            calls: [
              { request: "write", args: [7] },
              { request: "write", args: [8], afterMs: 30 },
            ],
            resumes: true,
          },
        ],
        planned([fault], { f: 1, ...more }),
      ),
      { syncMsMin: 5, syncMsMax: 5 },
    );

  it("crash-stop: who stops never comes back", () => {
    const result = stops({ kind: "crash", at: 20, node: 0, recoverAt: 40 }, "crash-stop");
    expect([of(result, "crash").length, of(result, "recover").length]).toEqual([1, 0]);
  });

  it("crash-recovery: what was synced is there again, what was not may be lost", () => {
    const synced = stops({ kind: "crash", at: 20, node: 0, recoverAt: 25 }, "crash-recovery");
    expect(of(synced, "answer", "restarted").map(({ data }) => data)).toEqual([[7]]);
    const unsynced = stops({ kind: "crash", at: 32, node: 0, recoverAt: 40 }, "crash-recovery");
    // Stopped inside the sync of the second write: its answer was held and never left.
    expect(of(unsynced, "answer", "wrote").map(({ data }) => data)).toEqual([[7]]);
    expect([[7], [8]]).toContainEqual(of(unsynced, "answer", "restarted")[0]?.data);
  });

  it("a crash inside a step lets so many outputs out", () => {
    const script = {
      node: 0,
      calls: [
        { request: "tell", args: [1, "a"] },
        { request: "tell", args: [1, "b"] },
        { request: "tell", args: [1, "c"] },
      ],
    };
    const result = run(talking(reliable, [script], planned([{ kind: "crash", at: 0, node: 0, outputs: 2 }], { f: 1 })));
    expect(
      of(result, "deliver")
        .map(({ data }) => data)
        .sort(),
    ).toEqual(["a", "b"]);
  });

  it("reliable: what a process that stopped had on its way may be lost, of those that did not stop nothing is", () => {
    const burst = (node: number) => ({
      node,
      calls: Array.from({ length: 100 }, (_, at) => ({ request: "tell", args: [1 - node, `m${at}`] })),
    });
    const result = run(
      talking({ ...reliable, timing: "asynchronous" }, [burst(0), burst(1)], {
        plan: [{ kind: "crash", at: 2, node: 0 }],
        faults: quiet,
        f: 1,
      }),
    );
    const lost = of(result, "drop", "lost with its sender");
    expect(lost.length).toBeGreaterThan(5);
    expect(lost.every(({ peer }) => peer === 0)).toBe(true);
  });

  it("a full disk ends the incarnation, and nothing that was held leaves", () => {
    const result = stops({ kind: "full-disk", at: 0, until: 20, node: 0 }, "crash-recovery", { f: 0 });
    expect(result.struck.get("failed write")).toBe(1);
    expect(of(result, "crash").length).toBe(1);
    expect(of(result, "answer", "wrote").map(({ data }) => data)).toEqual([[8]]);
  });

  it("a stalled disk holds every output until it goes on", () => {
    const result = stops({ kind: "slow-disk", at: 0, until: 10_000, node: 0, factor: 100 }, "crash-recovery");
    expect(of(result, "answer", "wrote").map(({ at }) => at >= 500)).toEqual([true, true]);
  });
});

describe("time", () => {
  const waits = (delayMs: number) => [calls(0, ["wait", delayMs])];
  const waited = (result: { readonly events_: readonly TraceEvent[] }): number[] =>
    of(result, "answer", "waited")[0]?.data as number[];

  it("a pause stops steps and not clocks: what was due comes late", () => {
    const result = run(
      talking(
        { ...reliable, timing: "asynchronous" },
        waits(10),
        planned([{ kind: "pause", at: 5, until: 300, node: 0 }]),
      ),
    );
    expect(waited(result)[0]).toBe(300);
  });

  it("a slow node's timers take so many times as long", () => {
    const result = run(
      talking(
        { ...reliable, timing: "asynchronous" },
        [{ node: 0, calls: [{ request: "wait", args: [10], afterMs: 5 }] }],
        planned([{ kind: "slow", at: 0, until: 200, node: 0, factor: 5 }]),
      ),
    );
    expect(waited(result)[0]).toBe(50);
  });

  it("row 19: a step of the wall clock makes elapsed time negative; the monotonic clock does not see it", () => {
    const result = run(talking(reliable, waits(100), planned([{ kind: "clock-step", at: 50, node: 0, byMs: -500 }])));
    expect(waited(result)).toEqual([100, -400]);
  });

  it("row 20: in a leap second a wall clock shows one second twice", () => {
    const result = run(
      talking(reliable, waits(1_500), planned([{ kind: "leap-second", at: 700 }], { windowMs: 3_000 })),
    );
    expect(waited(result)).toEqual([1_500, 500]);
  });

  it("a fast clock ends its timers early", () => {
    const result = run(
      talking(
        reliable,
        [{ node: 0, calls: [{ request: "wait", args: [1_000], afterMs: 10 }] }],
        planned([{ kind: "clock-drift", at: 0, node: 0, partsPerMillion: 100_000 }]),
      ),
    );
    const [call, answer] = [of(result, "call")[0]!, of(result, "answer", "waited")[0]!];
    expect(answer.at - call.at).toBeLessThan(910);
    expect(Math.round(waited(result)[0]!)).toBe(1_000);
  });

  it("eventually-synchronous: late before the stabilisation time, timely after it", () => {
    const result = run(
      talking({ ...reliable, timing: "eventually-synchronous" }, [tells(400, 5)], { faults: quiet, windowMs: 2_000 }),
      { gstMs: 1_000 },
      4,
    );
    const delays = of(result, "deliver").map(({ at, cause }) => ({
      sentAt: result.events_.find(({ id }) => id === cause)!.at,
      tookMs: at - result.events_.find(({ id }) => id === cause)!.at,
    }));
    expect(delays.some(({ tookMs }) => tookMs > 10)).toBe(true);
    for (const { sentAt, tookMs } of delays) if (sentAt > 1_000) expect(tookMs).toBeLessThanOrEqual(10);
  });

  it("unknown-bound: some bound holds all the time, another in each run", () => {
    const longest = [1, 2, 3].map((seed) => {
      const result = run(
        talking({ ...reliable, timing: "unknown-bound" }, [tells(300, 1)], { faults: quiet }),
        {},
        seed,
      );
      const sentAt = new Map(of(result, "send").map((event) => [event.id, event.at]));
      return Math.max(...of(result, "deliver").map(({ at, cause }) => at - sentAt.get(cause!)!));
    });
    expect(Math.max(...longest) / Math.min(...longest)).toBeGreaterThan(1.5);
    expect(Math.max(...longest)).toBeLessThanOrEqual(300);
  });

  it("asynchronous: a few messages take many times the usual", () => {
    const result = run(talking({ ...reliable, timing: "asynchronous" }, [tells(500)], { faults: quiet }));
    const took = of(result, "deliver").map(({ at }) => at);
    expect(took.filter((ms) => ms > 10).length).toBeGreaterThan(20);
    expect(Math.max(...took)).toBeGreaterThan(100);
  });
});

describe("the same run", () => {
  const scenario = talking(
    { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
    [tells(20, 5), calls(1, ["write", 3], ["wait", 40])],
    { f: 1 },
  );

  it("comes from the same seed, with and without a trace; another seed gives another", () => {
    const source = { kind: "seed", seed: 5, edits: [] } as const;
    const prepared = prepare(scenario);
    const plain = runOnce(prepared, source);
    expect(runOnce(prepared, source, { trace: true }).hash).toBe(plain.hash);
    expect(runOnce(prepared, { ...source, seed: 6 }).hash).not.toBe(plain.hash);
    expect(runOnce(prepared, source, { cover: "outside", trace: true }).hash).toBe(
      runOnce(prepared, source, { cover: "outside" }).hash,
    );
  });

  it("numbers its events without a gap, each cause before its effect", () => {
    const { events_ } = run(scenario);
    expect(events_.map(({ id }) => id)).toEqual(events_.map((_, at) => at));
    for (const { id, cause } of events_) if (cause !== undefined) expect(cause).toBeLessThanOrEqual(id);
  });

  it("tells in its trace what was decided, and on demand what each step changed", () => {
    const lossy = talking({ network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" }, [
      tells(30, 5),
      calls(1, ["write", 3], ["wait", 40]),
    ]);
    const source = { kind: "seed", seed: 5, edits: [] } as const;
    const events = runOnce(prepare(lossy), source, { trace: true, details: true }).trace!.events;
    const lost = events.filter(({ kind, name }) => kind === "drop" && name === "lost");
    expect(lost.length).toBeGreaterThan(0);
    for (const { decision } of lost) expect(decision).toEqual({ name: "loss", value: 1, alternatives: 2 });
    const delivered = events.find(({ kind }) => kind === "deliver")!;
    expect(events[delivered.cause!]?.decision).toMatchObject({ name: "delay", alternatives: 1024 });
    const waiting = events.find(({ kind, name }) => kind === "call" && name === "wait")!;
    expect(waiting.changes?.map(({ path }) => path)).toContain("states[0][1].from");
    expect(waiting.stateHash).toBeGreaterThan(0);
  });
});
