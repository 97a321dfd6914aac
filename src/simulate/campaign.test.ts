import { describe, expect, it } from "vitest";
import { calls, talking } from "../../test/support/talk.ts";
import { type AnyProperty, property } from "../check/index.ts";
import { type Links, type Module, network, type Port, type SystemModel, stack } from "../model/index.ts";
import { parseReplay, prepare, replayString, runCampaign, runOnce, UsageError } from "./index.ts";

const fairLoss: SystemModel = { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" };

/** Claims that "b" is never heard before "a": a fair-loss network breaks it at once. */
const aBeforeB: AnyProperty = property<{ heardA: boolean }>({
  id: "A-BEFORE-B",
  kind: "safety",
  text: "b is not heard before a.",
  init: () => ({ heardA: false }),
  on(s, { kind, name, args, event }, report) {
    if (kind !== "indication" || name !== "heard") return;
    if (args[1] === "a") s.heardA = true;
    if (args[1] !== "b") return;
    report.premise();
    if (!s.heardA) report.violated("b is heard before a", event);
  },
});

/** Claims something about a word that nobody says. */
const neverAsked: AnyProperty = property<object>({
  id: "NEVER-ASKED",
  kind: "safety",
  text: "z is never heard twice.",
  init: () => ({}),
});

const noisy = talking(
  fairLoss,
  [0, 1, 2].map((node) =>
    calls(
      node,
      ["tell", (node + 1) % 3, "x"],
      ["tell", (node + 1) % 3, "a"],
      ["tell", (node + 1) % 3, "y"],
      ["tell", (node + 1) % 3, "b"],
    ),
  ),
  { n: 3, f: 1 },
  [aBeforeB, neverAsked],
);

describe("a campaign", () => {
  const result = runCampaign(prepare(noisy), { runs: 200 });
  const [broken, unasked] = result.verdicts;

  it("finds the violation and shrinks it to what matters: two calls, one loss, one delivery", () => {
    expect(broken).toMatchObject({
      property: "A-BEFORE-B",
      verdict: "violated",
      strength: { by: "counterexample" },
      clause: "b is heard before a",
    });
    expect(broken!.strength.events).toBeLessThanOrEqual(3);
  });

  it("calls a property unknown whose premise never occurred", () => {
    expect(unasked).toMatchObject({ property: "NEVER-ASKED", verdict: "unknown", exercised: 0 });
  });

  it("gives a short string that shows exactly that run again", () => {
    expect(broken!.replay!.length).toBeLessThan(300);
    const { source, property: id } = parseReplay(broken!.replay!);
    const again = runOnce(prepare(noisy), source);
    expect(id).toBe("A-BEFORE-B");
    expect(again.violations.map(({ clause }) => clause)).toEqual(["b is heard before a"]);
    expect(again.hash).toBe(result.counterexamples.get("A-BEFORE-B")!.result.hash);
  });

  it("counts how often each fault struck", () => {
    for (const fault of ["loss", "duplicate", "crash"]) expect(result.struck.get(fault), fault).toBeGreaterThan(0);
  });

  it("hashes all runs in seed order", () => {
    const short = runCampaign(prepare(noisy), { runs: 5, shrinkRunsMax: 0 });
    expect(runCampaign(prepare(noisy), { runs: 5, shrinkRunsMax: 0 }).hash).toBe(short.hash);
    expect(runCampaign(prepare(noisy), { runs: 5, seed: 2, shrinkRunsMax: 0 }).hash).not.toBe(short.hash);
    expect(runCampaign(prepare(noisy), { runs: 1, shrinkRunsMax: 0 }).hash).toBe(
      runOnce(prepare(noisy), { kind: "seed", seed: 1, edits: [] }, { stopAtViolation: false }).hash,
    );
  });

  it("stops when its time is over and says how far it came", () => {
    let asked = 0;
    const { runs, verdicts } = runCampaign(prepare(noisy), {
      runs: 1_000,
      expired: () => ++asked > 10,
      shrinkRunsMax: 0,
    });
    expect(runs).toBeLessThan(20);
    expect(verdicts.length).toBe(2);
  });
});

describe("an exhaustive campaign", () => {
  const pair = talking({ ...fairLoss, network: "reliable" }, [calls(0, ["tell", 1, "a"], ["tell", 1, "b"])], {}, [
    aBeforeB,
  ]);

  it("is complete: every order of two messages, and says so", () => {
    const exactly = talking({ ...fairLoss, network: "reliable" }, [calls(0, ["tell", 1, "b"])], {}, [aBeforeB]);
    const { complete, runs, verdicts } = runCampaign(prepare(exactly), { exhaustive: true, crashesMax: 0 });
    expect([complete, runs]).toEqual([false, 1]);
    expect(verdicts[0]?.verdict).toBe("violated");
    const safe = talking(
      { ...fairLoss, network: "reliable" },
      [calls(0, ["tell", 1, "a"]), calls(1, ["tell", 0, "x"])],
      {},
      [neverAsked],
    );
    expect(runCampaign(prepare(safe), { exhaustive: true, crashesMax: 0 })).toMatchObject({ complete: true });
  });

  it("finds the reordering, and its path replays", () => {
    const { verdicts } = runCampaign(prepare(pair), { exhaustive: true, crashesMax: 0 });
    expect(verdicts[0]).toMatchObject({ verdict: "violated", strength: { events: 3 } });
    expect(runOnce(prepare(pair), parseReplay(verdicts[0]!.replay!).source).violations.length).toBe(1);
  });
});

interface Poke extends Port {
  readonly requests: { readonly poke: () => void };
  readonly indications: Record<never, never>;
}

const poking = (poke: (io: { poke(): void }) => void) => {
  const module = (): Module<{ provides: Poke; uses: { links: Links<string> }; state: object }> => ({
    name: "poking",
    source: "a test",
    init: () => ({}),
    upon: {
      request: { poke: (_s, io) => poke({ poke: () => io.links.send(0, "again") }) },
      links: { deliver: (_s, io) => io.links.send(0, "again") },
    },
  });
  return talking(
    { ...fairLoss, network: "reliable" },
    [calls(0, ["poke"])],
    { n: 1, stack: stack(module(), { links: network() }) },
    [neverAsked],
  );
};

describe("a protocol at fault", () => {
  it("that throws is a verdict with a sentence, not a crash of ours", () => {
    const throwing = poking(() => {
      throw new Error("no such ballot");
    });
    const { verdicts } = runCampaign(prepare(throwing), { runs: 3 });
    expect(verdicts.find(({ property: id }) => id === "protocol")).toMatchObject({
      verdict: "violated",
      clause: "process p0 throws: no such ballot",
    });
  });

  it("that never stops ends with its budget, and liveness is unknown then", () => {
    const result = runOnce(
      prepare(poking((io) => io.poke())),
      { kind: "seed", seed: 1, edits: [] },
      { eventsMax: 500 },
    );
    expect(result.ended).toBe("budget");
  });
});

describe("wrong use", () => {
  it.each([
    [() => prepare(noisy, { nonsense: 1 }), /has no parameter "nonsense"; it has .*loss/],
    [() => prepare(noisy, { loss: 2 }), /loss is from 0 to 1, not 2/],
    [() => prepare(noisy, { loss: "much" }), /loss is a number, not "much"/],
    [() => prepare(noisy, { delayMsMin: 5, delayMsMax: 1 }), /delayMsMin \(5\) is above delayMsMax \(1\)/],
    [() => prepare(noisy, {}, { timing: "sometimes" as never }), /timing is one of synchronous, .*not "sometimes"/],
    [() => parseReplay("hello"), /starts with "q1:"/],
    [() => parseReplay("q1:AAAA"), /damaged or cut short/],
    [() => parseReplay("q1:A*"), /"\*" is none of them/],
  ])("is refused with the remedy (%#)", (use, message) => {
    expect(use).toThrow(UsageError);
    expect(use).toThrow(message);
  });

  it("of a replay string that was cut anywhere is noticed", () => {
    const whole = replayString({
      scenario: "a/b",
      code: "c",
      model: fairLoss,
      parameters: { n: 3 },
      source: { kind: "seed", seed: 9, edits: [{ name: "delay", which: 1, count: 2, value: 3 }] },
    });
    expect(parseReplay(whole).source).toEqual({
      kind: "seed",
      seed: 9,
      edits: [{ name: "delay", which: 1, count: 2, value: 3 }],
    });
    for (let length = 3; length < whole.length; length++)
      expect(() => parseReplay(whole.slice(0, length))).toThrow(UsageError);
  });
});
