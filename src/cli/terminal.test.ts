import { describe, expect, it } from "vitest";
import { campaignProgress, duration } from "./progress.ts";
import { counted, grouped, painter, wrapText } from "./terminal.ts";

describe("text for a terminal", () => {
  it("breaks at spaces, indents, and keeps long words whole", () => {
    expect(wrapText("aa bb cc dd", 5)).toBe("aa bb\ncc dd");
    expect(wrapText("aa bb cc dd", 7, "  ")).toBe("  aa bb\n  cc dd");
    expect(wrapText("a longerthanthewidth b", 6)).toBe("a\nlongerthanthewidth\nb");
  });

  it("counts with thousands and the right number", () => {
    expect(grouped(1234567)).toBe("1,234,567");
    expect(grouped(999)).toBe("999");
    expect(counted(1, "run")).toBe("1 run");
    expect(counted(2000, "run")).toBe("2,000 runs");
  });

  it("paints only where colour is wanted", () => {
    expect(painter(false)("a", "red", "bold")).toBe("a");
    expect(painter(true)("a", "red")).toBe("\u001b[31ma\u001b[39m");
  });

  it("says runs, rate and what is left, by whichever bound comes first", () => {
    expect(campaignProgress(250, 1, 1_000, undefined)).toBe("250 of 1,000 runs · 250 runs/s · 3 s left");
    expect(campaignProgress(250, 1, 1_000, 2)).toBe("250 of 1,000 runs · 250 runs/s · 1 s left");
    expect(campaignProgress(250, 1, undefined, undefined)).toBe("250 runs · 250 runs/s");
    expect(duration(125)).toBe("2 min 5 s");
  });
});
