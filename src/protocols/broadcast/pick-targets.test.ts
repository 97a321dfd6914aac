import { describe, expect, it } from "vitest";
import { Odometer } from "../../model/index.ts";
import { pickTargets } from "./pick-targets.ts";

describe("targets of gossip", () => {
  it("are each set of others equally often, over all draws, and never the process itself", () => {
    const odometer = new Odometer();
    const counts = new Map<string, number>();
    do {
      const targets = pickTargets([0, 1, 2, 3, 4], 2, 2, (name, below) => odometer.below(name, 0, 0, below));
      const set = [...targets].sort().join(",");
      counts.set(set, (counts.get(set) ?? 0) + 1);
    } while (odometer.next());
    expect([...counts.keys()].sort()).toEqual(["0,1", "0,3", "0,4", "1,3", "1,4", "3,4"]);
    expect(new Set(counts.values()).size).toBe(1);
  });

  it("are all others where more are asked for than there are", () => {
    expect([...pickTargets([1, 3, 5], 3, 7, (_name, below) => below - 1)].sort()).toEqual([1, 5]);
  });
});
