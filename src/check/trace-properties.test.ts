import { describe, expect, it } from "vitest";
import { type Trace, type TraceEvent, traceFormat, traceVersion } from "../model/index.ts";
import { HistoryError } from "./history.ts";
import { checkTrace, tracePropertiesOf, tracePropertyNames } from "./trace-properties.ts";

/** `0!a` calls broadcast(a) at node 0, `1<0a` delivers it there, `2x` crashes, `2r` recovers, `1?0` suspects, `1d0` detects. */
const traceOf = (nodes: Trace["header"]["model"]["nodes"], ...steps: readonly string[]): Trace => ({
  header: {
    format: traceFormat,
    version: traceVersion,
    scenario: "recorded",
    model: { network: "reliable", nodes, timing: "asynchronous" },
    parameters: {},
    seed: 0,
    code: "0",
    nodes: ["A", "B", "C"].map((name, id) => ({ id, name })),
  },
  events: steps.map((step, id): TraceEvent => {
    const [, node, what, rest] = /^(\d)(.)(.*)$/.exec(step) as unknown as string[];
    const common = { id, node: Number(node), at: 10 * id };
    if (what === "!") return { ...common, kind: "call", name: "broadcast", data: [rest] };
    if (what === "<") return { ...common, kind: "answer", name: "deliver", data: [Number(rest![0]), rest!.slice(1)] };
    if (what === "?") return { ...common, kind: "answer", name: "suspect", data: [Number(rest)] };
    if (what === "d") return { ...common, kind: "answer", name: "crash", data: [Number(rest)] };
    if (what === "b") return { ...common, kind: "fault", name: "byzantine begin", data: {} };
    return { ...common, kind: what === "x" ? "crash" : "recover" };
  }),
});

const stopping = (...steps: readonly string[]): Trace => traceOf("crash-stop", ...steps);
const verdictOf = (trace: Trace, id: string, isFair = false): string =>
  checkTrace(trace, tracePropertiesOf([id]), { isFair })[0]!.verdict;

describe("the order of broadcasts, from a recorded run", () => {
  const sent = ["0!a", "0!b", "1!c"];

  it.each([
    ["FRB5", ["1<0a", "1<0b"], ["1<0b"]],
    ["CRB5", ["1<0a", "1!d", "2<0a", "2<1c", "2<1d"], ["1<0a", "1!d", "2<1c", "2<1d"]],
    ["TOB5", ["0<0a", "0<1c", "1<0a", "1<1c"], ["0<0a", "0<1c", "1<1c", "1<0a"]],
    ["UTOB5", ["0<0a", "0<1c", "1<0a", "1<1c"], ["0<0a", "0<1c", "1<1c", "1<0a"]],
    ["gap-free", ["0<0a", "0<1c", "1<0a", "1<1c"], ["0<0a", "0<1c", "1<1c"]],
    ["RB3", ["1<0a"], ["1<2a"]],
    ["RB2", ["1<0a", "1<0b"], ["1<0a", "1<0a"]],
  ])("%s", (id, has, hasNot) => {
    expect(verdictOf(stopping(...sent, ...has), id)).toBe("holds");
    expect(verdictOf(stopping(...sent, ...hasNot), id)).toBe("violated");
    expect(verdictOf(stopping(), id)).toBe("unknown");
  });

  it("what a crashed process delivered binds only the uniform form", () => {
    const trace = stopping(...sent, "0<0a", "0<1c", "0x", "1<1c", "1<0a");
    expect(checkTrace(trace, tracePropertiesOf(["order"])).map(({ verdict }) => verdict)).toEqual([
      "unknown", // FRB5: nothing that came second was delivered
      "unknown",
      "holds",
      "violated",
    ]);
  });

  it("names the processes and the events at fault", () => {
    expect(checkTrace(stopping(...sent, "1<0b"), tracePropertiesOf(["FRB5"]))).toEqual([
      {
        property: "FRB5",
        kind: "safety",
        text: "If a process broadcasts m1 before m2, then no process delivers m2 unless it has delivered m1.",
        exercised: 1,
        verdict: "violated",
        clause: 'process B delivers "b" of process A before "a" of process A, which was broadcast first',
        events: [3],
      },
    ]);
  });

  it("what is owed at the end is unknown, unless the run was fair", () => {
    const trace = stopping("0!a", "0<0a", "1<0a");
    expect(checkTrace(trace, tracePropertiesOf(["RB4"]))[0]).toMatchObject({
      verdict: "unknown",
      reason: expect.stringContaining(
        'still owed where the trace ends: process A delivers "a" of process A, process C',
      ),
    });
    expect(verdictOf(trace, "RB4", true)).toBe("violated");
    expect(verdictOf(stopping("0!a", "0<0a", "1<0a", "2x"), "RB4", true)).toBe("holds");
  });
});

describe("the accuracy of detectors, from a recorded run", () => {
  it("PFD2: nobody is detected before the crash", () => {
    expect(verdictOf(stopping("2x", "1d2"), "PFD2")).toBe("holds");
    expect(verdictOf(stopping("1d2", "2x"), "PFD2")).toBe("violated");
    expect(verdictOf(traceOf("crash-recovery", "2x", "2r", "1d2"), "PFD2")).toBe("violated");
  });

  it("EPFD2: whoever is suspected to the end", () => {
    expect(verdictOf(stopping("1?2"), "EPFD2")).toBe("unknown");
    expect(verdictOf(stopping("1?2"), "EPFD2", true)).toBe("violated");
    expect(verdictOf(stopping("1?2", "2x"), "EPFD2", true)).toBe("holds");
  });

  it("traitors are not spoken of", () => {
    expect(verdictOf(traceOf("byzantine", "1b", "1d2"), "PFD2")).toBe("unknown");
  });
});

describe("what cannot be checked", () => {
  it("a property that nobody knows, and an event without arguments", () => {
    expect(() => tracePropertiesOf(["PL9"])).toThrow('no property "PL9" can be checked from a trace');
    expect(tracePropertiesOf(tracePropertyNames).length).toBeGreaterThan(15);
    const trace = stopping("0!a");
    const broken = { ...trace, events: [{ ...trace.events[0]!, data: 7 }] };
    expect(() => checkTrace(broken, tracePropertiesOf(["FRB5"]))).toThrow(HistoryError);
  });

  it("other ports are passed over", () => {
    const trace = stopping("0!a", "0!b", "1<0b");
    const inner = trace.events.map(
      (event): TraceEvent => ({
        ...event,
        kind: event.kind === "call" ? "request" : "indication",
        path: "slot[3].broadcast",
      }),
    );
    const verdicts = (port?: string) =>
      checkTrace({ ...trace, events: inner }, tracePropertiesOf(["FRB5"]), port === undefined ? {} : { port })[0]!
        .verdict;
    expect(verdicts()).toBe("unknown");
    expect(verdicts("slot[].broadcast")).toBe("violated");
  });
});
