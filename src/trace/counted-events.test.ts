import { describe, expect, it } from "vitest";
import { TraceBuilder } from "../../test/support/trace-builder.ts";
import { countedAs, countedEvents } from "./counted-events.ts";
import { traceKinds } from "./trace-record.ts";

describe("the length of a counterexample", () => {
  it("counts deliveries, losses, timeouts, crashes, recoveries, partitions and client calls, nothing else", () => {
    const counted = traceKinds.map((kind) => [kind, countedAs({ id: 0, at: 0, kind, name: "one-way partition" })]);
    expect(Object.fromEntries(counted.filter(([, as]) => as !== undefined))).toEqual({
      call: "client calls",
      deliver: "deliveries",
      drop: "losses",
      timer: "timeouts",
      crash: "crashes",
      recover: "recoveries",
      fault: "partitions",
    });
    expect(countedAs({ id: 0, at: 0, kind: "fault", name: "clock step" })).toBeUndefined();
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
