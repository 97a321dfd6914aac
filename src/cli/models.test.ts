import { describe, expect, it } from "vitest";
import { isAtMostAsWeakAs, type SystemModel } from "../model/index.ts";
import { allModels, describeStep, isClaimed, isSameModel, modelsAround, oneStepBelow } from "./models.ts";

const text = ({ network, nodes, timing }: SystemModel): string => `${network} ${nodes} ${timing}`;

describe("models around a claim", () => {
  it("one step below is weaker in one dial: time has two middle positions side by side", () => {
    const strongest: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "synchronous" };
    expect(oneStepBelow(strongest).map(text)).toEqual([
      "fair-loss crash-stop synchronous",
      "reliable crash-recovery synchronous",
      "reliable crash-stop eventually-synchronous",
      "reliable crash-stop unknown-bound",
    ]);
    expect(oneStepBelow({ network: "arbitrary", nodes: "byzantine", timing: "asynchronous" })).toEqual([]);
  });

  it("each model below a claim is weaker than it and no stronger in any dial", () => {
    for (const claim of allModels) {
      for (const below of oneStepBelow(claim)) {
        expect(isAtMostAsWeakAs(claim, below)).toBe(true);
        expect(isSameModel(claim, below)).toBe(false);
      }
    }
    expect(allModels).toHaveLength(36);
  });

  it("a step is named by the dials that it turns", () => {
    const claim: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "asynchronous" };
    expect(describeStep(claim, claim)).toBe("claimed");
    expect(describeStep({ ...claim, nodes: "byzantine", network: "arbitrary" }, claim)).toBe("arbitrary × byzantine");
  });

  it("the cells of a claim are its models and those one step below each, none of them twice", () => {
    const model: SystemModel = { network: "fair-loss", nodes: "crash-stop", timing: "eventually-synchronous" };
    const both = { model, alsoModels: [{ ...model, timing: "unknown-bound" as const }] };
    expect(modelsAround(both, false).map(text)).toEqual([
      "fair-loss crash-stop eventually-synchronous",
      "fair-loss crash-stop unknown-bound",
      "arbitrary crash-stop eventually-synchronous",
      "fair-loss crash-recovery eventually-synchronous",
      "fair-loss crash-stop asynchronous",
      "arbitrary crash-stop unknown-bound",
      "fair-loss crash-recovery unknown-bound",
    ]);
    expect(modelsAround(both, true)).toHaveLength(allModels.length);
  });

  it("a claim covers what is stronger, also where it is of two forms", () => {
    const model: SystemModel = { network: "fair-loss", nodes: "crash-stop", timing: "eventually-synchronous" };
    expect(isClaimed({ model }, { ...model, timing: "synchronous", network: "reliable" })).toBe(true);
    expect(isClaimed({ model }, { ...model, timing: "unknown-bound" })).toBe(false);
    expect(
      isClaimed({ model, alsoModels: [{ ...model, timing: "unknown-bound" }] }, { ...model, timing: "unknown-bound" }),
    ).toBe(true);
    expect(isClaimed({ model }, { ...model, nodes: "crash-recovery" })).toBe(false);
  });
});
