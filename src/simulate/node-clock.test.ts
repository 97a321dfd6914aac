import { describe, expect, it } from "vitest";
import { epochMs, NodeClock } from "./node-clock.ts";

const secondUs = 1_000_000;

describe("the clocks of a simulated node", () => {
  it("B7: 50 parts per million are 4.32 seconds a day", () => {
    const clock = new NodeClock(0, 50, 0);
    const dayUs = 86_400 * secondUs;
    expect(clock.read("monotonic", dayUs) - 86_400_000).toBe(4_320);
  });

  it("step the wall clock and not the monotonic one", () => {
    const clock = new NodeClock(250, 0, 5_000);
    expect(clock.read("wall", secondUs) - epochMs).toBe(1_250);
    clock.step(-3_000);
    expect(clock.read("wall", secondUs) - epochMs).toBe(-1_750);
    expect(clock.read("monotonic", secondUs)).toBe(6_000);
  });

  it("drift from now on without a jump", () => {
    const clock = new NodeClock(0, 0, 0);
    clock.drift(1_000, 10 * secondUs);
    expect(clock.read("monotonic", 10 * secondUs)).toBe(10_000);
    expect(clock.read("monotonic", 11 * secondUs)).toBe(11_001);
    clock.drift(-500, 11 * secondUs);
    expect(clock.read("monotonic", 11 * secondUs)).toBe(11_001);
    expect(clock.read("monotonic", 13 * secondUs)).toBe(13_000);
  });

  it("make a fast clock's timer end early", () => {
    expect(new NodeClock(0, 1_000, 0).trueUs(1_001_000)).toBe(1_000_000);
  });
});
