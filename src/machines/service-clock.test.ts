import { describe, expect, it } from "vitest";
import { type ServiceClock, serviceTime } from "./service-clock.ts";

describe("the service's time", () => {
  it("goes on from the last time in the log by what passed here, in whole milliseconds", () => {
    const clock: ServiceClock = { timeMs: 500, readingMs: 10_000 };
    expect(serviceTime(clock, 10_007.9, 100)).toBe(507);
    expect(serviceTime(clock, 10_008.2, 100)).toBe(508);
  });

  it("never goes back, whatever the clock shows", () => {
    const clock: ServiceClock = { timeMs: 500, readingMs: 10_000 };
    expect(serviceTime(clock, 9_000, 100)).toBe(500);
  });

  it("does not count a pause: clients could not be heard in it", () => {
    const clock: ServiceClock = { timeMs: 500, readingMs: 10_000 };
    expect(serviceTime(clock, 70_000, 100)).toBe(600);
    expect(serviceTime(clock, 70_001, 100)).toBe(601);
  });
});
