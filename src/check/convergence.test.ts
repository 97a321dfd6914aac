import { describe, expect, it } from "vitest";
import { checkConvergence, checkEventualDelivery } from "./convergence.ts";

describe("SEC1: replicas that delivered the same updates have equal states (row 82)", () => {
  it("holds for updates that commute, in any order, by content", () => {
    const seen = [
      { replica: 0, delivered: ["a", "b"], state: new Set(["a", "b"]) },
      { replica: 1, delivered: ["b"], state: new Set(["b"]) },
      { replica: 1, delivered: ["b", "a"], state: new Set(["b", "a"]) },
      { replica: 2, delivered: ["b", "a", "b"], state: new Set(["a", "b"]) },
    ];
    expect(checkConvergence(seen)).toEqual({ verdict: "holds", exercised: 2 });
  });

  it("B38: 1000, +100 and +1 % in two orders give 1111 and 1110", () => {
    const seen = [
      { replica: 0, delivered: ["+100", "+1 %"], state: 1111, event: 7 },
      { replica: 1, delivered: ["+1 %", "+100"], state: 1110 },
    ];
    expect(checkConvergence(seen)).toEqual({
      verdict: "violated",
      exercised: 1,
      culprit: {
        replicas: seen,
        sentence:
          "replica 0 at event 7 holds 1111 and replica 1 holds 1110, though they delivered the same updates: " +
          "one delivered +100, +1 %, one +1 %, +100",
      },
    });
  });

  it("a replica that changes without an update disagrees with itself", () => {
    const seen = [
      { replica: 0, delivered: ["a"], state: 1 },
      { replica: 0, delivered: ["a"], state: 2 },
    ];
    expect(checkConvergence(seen).verdict).toBe("violated");
  });

  it("is unknown when no two delivered the same, and takes another equality", () => {
    const seen = [
      { replica: 0, delivered: ["a"], state: 1 },
      { replica: 1, delivered: ["b"], state: 2 },
      { replica: 0, delivered: ["a"], state: 1 },
    ];
    expect(checkConvergence(seen)).toMatchObject({ verdict: "unknown", exercised: 0 });
    const rounded = [...seen, { replica: 1, delivered: ["a"], state: 1.4 }];
    expect(checkConvergence(rounded).verdict).toBe("violated");
    expect(checkConvergence(rounded, (a, b) => Math.round(a) === Math.round(b)).verdict).toBe("holds");
  });
});

describe("SEC2: an update delivered at one correct replica is delivered at all (row 82)", () => {
  it("holds, is violated, or is unknown", () => {
    const all = { replica: 0, delivered: [1, 2], state: 0 };
    expect(checkEventualDelivery([all, { replica: 1, delivered: [2, 1], state: 0 }])).toEqual({
      verdict: "holds",
      exercised: 2,
    });
    expect(checkEventualDelivery([all, { replica: 1, delivered: [2], state: 0 }])).toMatchObject({
      verdict: "violated",
      culprit: { sentence: "replica 0 delivered 1 and replica 1 never did" },
    });
    expect(checkEventualDelivery([all]).verdict).toBe("unknown");
    expect(
      checkEventualDelivery([
        { ...all, delivered: [] },
        { ...all, replica: 1, delivered: [] },
      ]).verdict,
    ).toBe("unknown");
  });
});
