import { describe, expect, it } from "vitest";
import { explorePacked, type PackedSystem } from "../packed-search.ts";
import { managersMax, twoPhaseCommit } from "./two-phase-commit.ts";

describe("published counts of two-phase commit", () => {
  it.each([
    { managers: 3, distinct: 288, generated: 1_146, orbits: 80 },
    { managers: 5, distinct: 8_832, generated: 58_146, orbits: 314 },
  ])("$managers managers: $distinct distinct, $generated generated, $orbits orbits", (published) => {
    const system = twoPhaseCommit(published.managers);
    const plain = explorePacked(system);
    expect(plain).toMatchObject({ complete: true, distinct: published.distinct, generated: published.generated });
    const orbits = explorePacked(system, { symmetry: true });
    expect(orbits).toMatchObject({ complete: true, distinct: published.orbits });
    expect(orbits.standsFor).toEqual({ distinct: published.distinct, generated: published.generated });
    expect([plain.violations.size, orbits.violations.size]).toEqual([0, 0]);
  });
});

describe("the packed search", () => {
  /** A coordinator that commits as soon as one vote is there. */
  const hasty = (managers: number): PackedSystem => {
    const correct = twoPhaseCommit(managers);
    return {
      ...correct,
      stepsMax: correct.stepsMax + 1,
      successors: (low, high, out) => {
        const count = correct.successors(low, high, out);
        const isOpen = ((low >>> (2 * managers)) & 3) === 0 && ((high >>> managers) & ((1 << managers) - 1)) !== 0;
        if (!isOpen) return count;
        out[count * 2] = low | (1 << (2 * managers));
        out[count * 2 + 1] = high | (1 << (2 * managers));
        return count + 1;
      },
    };
  };

  it("finds a shortest run that breaks an invariant, with symmetry and without", () => {
    for (const symmetry of [false, true]) {
      const { violations } = explorePacked(hasty(3), { symmetry });
      // A vote is sent and arrives, the coordinator commits, one manager commits, another one aborts by itself.
      expect(violations.get("AC1")).toHaveLength(6);
    }
  });

  it("stops at its bounds and says that it is not complete", () => {
    expect(explorePacked(twoPhaseCommit(9), { statesMax: 1_000 }).complete).toBe(false);
    expect(explorePacked(twoPhaseCommit(9), { bytesMax: 1 << 17 }).complete).toBe(false);
    expect(explorePacked(twoPhaseCommit(9), { expired: () => true }).complete).toBe(false);
  });

  it("refuses what does not fit into a word", () => {
    expect(() => twoPhaseCommit(managersMax + 1)).toThrow("managers is a whole number");
    expect(() => twoPhaseCommit(0)).toThrow("managers is a whole number");
    const { representatives: _none, ...withoutParts } = twoPhaseCommit(3);
    expect(() => explorePacked(withoutParts, { symmetry: true })).toThrow("no interchangeable parts");
  });
});
