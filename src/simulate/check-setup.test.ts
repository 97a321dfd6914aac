import { describe, expect, it } from "vitest";
import { calls, talking } from "../../test/support/talk.ts";
import { type AnyProperty, property } from "../check/index.ts";
import type { SystemModel } from "../model/index.ts";
import { type AnyScenario, type FaultBudget, prepare, runOnce, type Scenario, type Setup } from "./index.ts";

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

  it.each([
    ["no setup", undefined, /setup must return \{ processes, workload, properties \}/],
    ["a promise of one", Promise.resolve({}), /setup must return .*, at once/],
    ["no processes", { processes: undefined }, /`processes` of its setup must be a list/],
    ["a process without a name", { processes: [{ stack: {} }] }, /process 0 needs a name/],
    ["a process without a stack", { processes: [{ name: "p" }] }, /process 0 needs a stack, as stack\(\) or network/],
    ["no workload", { workload: undefined }, /`workload` of its setup must be a function/],
    ["a workload that is no list", { workload: () => ({}) }, /workload must give a list/],
    ["a client without calls", { workload: () => [{ node: 0 }] }, /client 0 of its workload needs a list of calls/],
    ["no properties", { properties: {} }, /`properties` of its setup must be a list/],
    ["half a property", { properties: [{ id: "A" }] }, /property A must be made by property\(/],
    ["half as many", { f: -1 }, /`f` of its setup must be a number from 0, not -1/],
    ["no time", { windowMs: Number.NaN }, /`windowMs` of its setup must be a number from 0, not NaN/],
    ["half a map", { distancesMs: [[1]] }, /`distancesMs` of its setup must have 2 rows of 2 numbers/],
  ] as readonly [string, object | undefined, RegExp][])("is refused where its file has %s", (_what, wrong, message) => {
    const plain = talking(model, [], {}, [one]) as unknown as Scenario;
    const setup: Scenario["setup"] = (...args) =>
      (wrong === undefined || wrong instanceof Promise ? wrong : { ...plain.setup(...args), ...wrong }) as Setup;
    const run = () =>
      runOnce(prepare({ ...plain, setup } as unknown as AnyScenario), { kind: "seed", seed: 1, edits: [] });
    expect(run).toThrow(message);
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
