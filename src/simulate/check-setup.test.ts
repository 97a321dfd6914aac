import { describe, expect, it } from "vitest";
import { calls, talking } from "../../test/support/talk.ts";
import { type AnyProperty, property } from "../check/index.ts";
import type { SystemModel } from "../model/index.ts";
import { type FaultBudget, prepare, runOnce, type Setup } from "./index.ts";

const model: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "asynchronous" };
const one: AnyProperty = property<object>({ id: "ONE", kind: "safety", text: "one", init: () => ({}) });

describe("a scenario that says what there is not", () => {
  it.each([
    ["a dial", { dials: { delayMaxMs: 5 } }, /"delayMaxMs" is no dial; there are delayMsMin/],
    ["a dial out of range", { dials: { loss: 2 } }, /the dial loss is from 0 to 1, not 2/],
    ["a fault", { faults: { crash: 1 } as FaultBudget }, /"crash" is no fault of a budget; there are crashes/],
    ["a behaviour", { faults: { behaviours: ["rude" as "silent"] } }, /"rude" is no behaviour of a traitor/],
    ["a form", { faults: { forms: ["half" as "full"] } }, /"half" is no form of a partition/],
    ["a node", { faults: { candidates: [7] } }, /a fault names process 7, and the last one is 1/],
    ["a planned node", { plan: [{ kind: "crash", at: 1, node: 2 }] }, /names process 2/],
    ["a planned fault", { plan: [{ kind: "stop" as "crash", at: 1, node: 0 }] }, /"stop" is no kind of fault/],
    ["a time", { plan: [{ kind: "pause", at: 5, until: 5, node: 0 }] }, /a planned pause is at a time from 0/],
  ] as readonly [string, Partial<Setup>, RegExp][])("is refused, with %s by name", (_what, more, message) => {
    expect(() => prepare(talking(model, [], more, [one]))).toThrow(message);
  });

  it("is refused for two properties of one id, of which one would hide the other", () => {
    expect(() => prepare(talking(model, [], {}, [one, one]))).toThrow(/two properties have the id ONE/);
  });

  it("is refused for a client of a process that there is not", () => {
    const run = (): unknown =>
      runOnce(prepare(talking(model, [calls(5, ["wait", 1])])), { kind: "seed", seed: 1, edits: [] });
    expect(run).toThrow(/a client calls process 5, and the last one is 1/);
  });

  it("has no parameter that every object has", () => {
    expect(() => prepare(talking(model, []), { constructor: 1 })).toThrow(/has no parameter "constructor"/);
  });
});
