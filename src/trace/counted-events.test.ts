import { describe, expect, it } from "vitest";
import { TraceBuilder } from "../../test/support/trace-builder.ts";
import { countedAs, countedEvents } from "./counted-events.ts";
import { traceKinds } from "./trace-record.ts";

describe("the length of a counterexample", () => {
  it("counts deliveries, losses, timeouts, crashes, recoveries, partitions and client calls", () => {
    const counted = traceKinds.map((kind) => [kind, countedAs({ id: 0, at: 0, kind, name: "a partition" })]);
    expect(Object.fromEntries(counted.filter(([, as]) => as !== undefined))).toEqual({
      call: "client calls",
      deliver: "deliveries",
      drop: "losses",
      timer: "timeouts",
      crash: "crashes",
      recover: "recoveries",
      fault: "partitions",
      pause: "partitions", // by its name, which no pause has
    });
  });

  it.each([
    ["partition begin", "partitions"],
    ["partition end", undefined],
    ["clock-step begin", "other faults"],
    ["byzantine begin", undefined],
    ["forged", undefined],
  ])("counts a fault by the name %s as %s", (name, as) => {
    expect(countedAs({ id: 0, at: 0, kind: "fault", name })).toBe(as);
  });

  it("counts the beginning of a pause, not its end", () => {
    expect(countedAs({ id: 0, at: 0, kind: "pause", name: "pause begin" })).toBe("other faults");
    expect(countedAs({ id: 0, at: 0, kind: "pause", name: "pause end" })).toBeUndefined();
  });

  it("draws sends and local steps without counting them", () => {
    const build = new TraceBuilder(["a", "b"]);
    build.add("call", 0, { name: "go" });
    const [first, second] = build.broadcast(0, [1, 1], "m");
    build.deliver(first!);
    build.drop(second!);
    build.add("note", 1, { name: "did nothing" });
    build.add("answer", 1, { name: "done" });
    expect(countedEvents(build.events)).toBe(3);
  });
});
