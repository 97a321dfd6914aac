import { describe, expect, it } from "vitest";
import { unreachedMarks } from "../../test/conformance/suite.ts";
import { calls, type Talk, talking } from "../../test/support/talk.ts";
import { type Links, type Module, network, type SystemModel, stack } from "../model/index.ts";
import { type AnyScenario, prepare, runCampaign, runOnce } from "./index.ts";

const model: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "asynchronous" };

const marking = (mark: string, marks: readonly string[]): AnyScenario => {
  const module = (): Module<{ provides: Talk; uses: { links: Links<string> }; state: Record<never, never> }> => ({
    name: "marking",
    source: "a test",
    marks,
    init: () => ({}),
    upon: {
      request: { tell: (_s, io) => io.mark(mark), write: () => undefined, wait: () => undefined },
      links: { deliver: () => undefined },
    },
  });
  const script = calls(0, ["tell", 1, "a"], ["tell", 1, "b"]);
  return talking(model, [script], { stack: stack(module(), { links: network() }) });
};

describe("a mark", () => {
  it("is counted in each run and over a campaign", () => {
    const { marks } = runCampaign(prepare(marking("rare", ["rare"])), { runs: 3 });
    expect([...marks]).toEqual([["marking: rare", 6]]);
  });

  it("that no run reaches is named by the suite", () => {
    expect(unreachedMarks([marking("rare", ["rare", "never taken"])])).toEqual(["marking: never taken"]);
    expect(unreachedMarks([marking("rare", ["rare"])])).toEqual([]);
  });

  it("that a module does not declare is a fault of the module: nobody would miss it", () => {
    const [violation] = runOnce(prepare(marking("misspelt", ["rare"])), {
      kind: "seed",
      seed: 1,
      edits: [],
    }).violations;
    expect(violation?.clause).toMatch(/marking marks "misspelt", which is not among its marks: rare/);
  });
});
