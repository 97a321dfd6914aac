import { describe, expect, it } from "vitest";
import { binomial, estimateUnavailability, probabilityOfDown, unavailability } from "./availability.ts";

const p = 0.01;
const draws = 10_000_000;

/** So many significant digits, as the lecture prints them. */
const digits = (value: number, count: number): string => value.toPrecision(count);

describe("B17: availability", () => {
  it("n = 3: one down 0.03, majority down 3·10⁻⁴, all down 10⁻⁶", () => {
    const { anyDown, majorityDown, allDown } = unavailability(3, p);
    expect(digits(anyDown, 1)).toBe("0.03");
    expect(digits(majorityDown, 1)).toBe("0.0003");
    expect(digits(allDown, 1)).toBe("0.000001");
  });

  it("n = 5: one down 0.049, majority down 1·10⁻⁵, all down 10⁻¹⁰", () => {
    const { anyDown, majorityDown, allDown } = unavailability(5, p);
    expect(digits(anyDown, 2)).toBe("0.049");
    expect(digits(majorityDown, 1)).toBe("0.00001");
    expect(digits(allDown, 1)).toBe("1e-10");
  });

  it.each([3, 5])("n = %i: ten million draws agree within 5 %% on figures of 10⁻⁴ and above", (n) => {
    const exact = unavailability(n, p);
    const drawn = estimateUnavailability(n, p, draws, 1);
    let compared = 0;
    for (const figure of ["anyDown", "majorityDown", "allDown"] as const) {
      if (exact[figure] < 1e-4) continue;
      compared++;
      expect(Math.abs(drawn[figure] / exact[figure] - 1)).toBeLessThan(0.05);
    }
    expect(compared).toBe(n === 3 ? 2 : 1);
  });

  it("the probabilities of all numbers of failures add up to one", () => {
    for (const n of [1, 2, 3, 5, 7, 20]) {
      let sum = 0;
      for (let down = 0; down <= n; down++) sum += probabilityOfDown(down, n, 0.3);
      expect(sum).toBeCloseTo(1, 12);
    }
    expect([0, 1, 2, 3, 4, 5].map((k) => binomial(5, k))).toEqual([1, 5, 10, 10, 5, 1]);
  });

  it("a majority of an even number is gone when half of it is", () => {
    expect(unavailability(4, p).majorityDown).toBeCloseTo(6 * p * p, 4);
    expect(unavailability(2, p).majorityDown).toBe(unavailability(2, p).anyDown);
  });
});
