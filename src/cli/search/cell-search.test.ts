import { describe, expect, it } from "vitest";
import type { Verdict } from "../../check/index.ts";
import { deciding } from "./cell-search.ts";

const violated = (property: string, events: number): Verdict => ({
  property,
  kind: "safety",
  text: "",
  verdict: "violated",
  strength: { by: "counterexample", events },
  exercised: 1,
});

describe("the verdict that decides a cell", () => {
  it("is the shortest violation of a stated property", () => {
    const verdicts = [violated("A", 9), violated("B", 4), violated("C", 6)];
    expect(deciding(verdicts, "violated")?.property).toBe("B");
  });

  it("is a handler that throws only where no stated property breaks", () => {
    expect(deciding([violated("protocol", 1), violated("A", 9)], "violated")?.property).toBe("A");
    expect(deciding([violated("A", 9), violated("protocol", 1)], "violated")?.property).toBe("A");
    expect(deciding([violated("protocol", 1)], "violated")?.property).toBe("protocol");
  });

  it("is of the outcome of the cell", () => {
    const open: Verdict = { ...violated("A", 0), verdict: "unknown", strength: { by: "seeds", runs: 5 } };
    expect(deciding([open, { ...open, property: "B", verdict: "holds" }], "unknown")?.property).toBe("A");
    expect(deciding([{ ...open, verdict: "holds" }], "violated")).toBeUndefined();
  });
});
