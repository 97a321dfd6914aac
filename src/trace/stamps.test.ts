import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TraceBuilder } from "../../test/support/trace-builder.ts";
import type { Trace, TraceEvent } from "../model/index.ts";
import { causalityOf, causalSlice, chainText } from "./stamps.ts";

/** Lamport 1978's kind of picture: p tells q, q tells r, and r does something of its own before and after. */
const relay = () => {
  const build = new TraceBuilder(["p", "q", "r"]);
  const own = build.add("timer", 2, { name: "tick" }); // e0
  const start = build.add("call", 0, { name: "go" }); // e1
  const first = build.send(0, 1, "hello"); // e2
  const heard = build.deliver(first); // e3
  const other = build.add("timer", 0, { name: "tick" }); // e4
  const second = build.send(1, 2, "pass it on"); // e5
  const end = build.deliver(second); // e6
  return { build, own, start, first, heard, other, second, end };
};

describe("stamps", () => {
  it("are derived from program order and message edges", () => {
    const { build } = relay();
    const causality = causalityOf(build.trace());
    expect(build.events.map(({ id }) => [causality.lamport(id), ...causality.vector(id)])).toEqual([
      [1, 0, 0, 1],
      [1, 1, 0, 0],
      [2, 2, 0, 0],
      [3, 2, 1, 0],
      [3, 3, 0, 0],
      [4, 2, 2, 0],
      [5, 2, 2, 2],
    ]);
  });

  it("tell cause from coincidence", () => {
    const { build, own, start, other, heard, end } = relay();
    const { happensBefore, concurrent } = causalityOf(build.trace());
    expect(happensBefore(start, end)).toBe(true);
    expect(happensBefore(end, start)).toBe(false);
    expect(happensBefore(start, start)).toBe(false);
    expect(concurrent(start, start)).toBe(false);
    expect(concurrent(own, start)).toBe(true);
    expect(concurrent(other, end)).toBe(true);
    expect(happensBefore(own, end)).toBe(true);
    expect(concurrent(own, heard)).toBe(true);
  });

  it("give the chain of events from one to the other, and its text", () => {
    const { build, own, start, other, first, heard, end } = relay();
    const { chain } = causalityOf(build.trace());
    expect(chain(start, end)).toEqual([
      { from: 1, to: 2, by: "process" },
      { from: 2, to: 3, by: "message" },
      { from: 3, to: 5, by: "process" },
      { from: 5, to: 6, by: "message" },
    ]);
    expect(chainText(chain(start, end)!)).toBe("e1 ⇒ m2 ⇒ e3 ⇒ m5 ⇒ e6");
    expect(chainText(chain(first, heard)!)).toBe("m2 ⇒ e3");
    expect(chainText(chain(own, end)!)).toBe("e0 ⇒ e6");
    expect(chain(other, end)).toBeUndefined();
    expect(chain(end, end)).toBeUndefined();
  });

  it("choose the chain with the fewest messages", () => {
    const build = new TraceBuilder(["p", "q", "r"]);
    const first = build.send(0, 1, "by way of q");
    const direct = build.send(0, 2, "direct");
    build.deliver(first);
    const relayed = build.send(1, 2, "relayed");
    build.deliver(direct);
    const end = build.deliver(relayed);
    expect(chainText(causalityOf(build.trace()).chain(first, end)!)).toBe("e0 ⇒ m1 ⇒ e4 ⇒ e5");
  });

  it("collect the causal past of an event", () => {
    const { build, heard, end } = relay();
    const { causalPast } = causalityOf(build.trace());
    expect([...causalPast(heard)].sort()).toEqual([1, 2, 3]);
    expect([...causalPast(end)].sort()).toEqual([0, 1, 2, 3, 5, 6]);
  });

  it("keep what no process learns of out of their order", () => {
    const build = new TraceBuilder(["p", "q"]);
    const partition = build.add("fault", undefined, { name: "partition" });
    const send = build.send(0, 1, "lost");
    const drop = build.drop(send);
    const crash = build.add("crash", 1, { cause: partition });
    const later = build.add("recover", 1);
    const { happensBefore, concurrent, vector, chain } = causalityOf(build.trace());
    expect(happensBefore(send, drop)).toBe(true);
    expect(concurrent(drop, later)).toBe(true);
    expect(vector(later)).toEqual([0, 2]);
    expect(happensBefore(partition, later)).toBe(true);
    expect(concurrent(partition, send)).toBe(true);
    expect(chainText(chain(partition, later)!)).toBe("e0 ⇒ e3 ⇒ e4");
    expect([...causalSlice(build.trace(), [crash])].sort()).toEqual([0, 3]);
    expect([...causalSlice(build.trace(), [send])].sort()).toEqual([0, 1]);
    expect([...causalSlice(build.trace(), [send, later])].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it("take a slice whose ids have gaps", () => {
    const { build, start, heard } = relay();
    const trace = build.trace();
    const slice: Trace = { header: trace.header, events: trace.events.filter(({ id }) => id !== 0 && id !== 4) };
    expect(causalityOf(slice).vector(6)).toEqual([2, 2, 1]);
    expect(causalityOf(slice).happensBefore(start, heard)).toBe(true);
    expect(() => causalityOf(slice).lamport(0)).toThrow(/events in the trace/);
  });
});

/** A run of random steps, sends and deliveries among three nodes. */
const runs = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(3)), { maxLength: 40, size: "max" }).map((steps) => {
  const build = new TraceBuilder(["p", "q", "r"]);
  const underway: number[] = [];
  for (const [node, peer, what] of steps) {
    if (what === 0) underway.push(build.send(node, peer, "m"));
    else if (what === 1 && underway.length > 0) build.deliver(underway.splice(node % underway.length, 1)[0]!);
    else if (what === 2 && underway.length > 0) build.drop(underway[peer % underway.length]!);
    else build.add("timer", node);
  }
  return build.trace();
});

/** The definition: the transitive closure of program order and message edges, by brute force. */
const closure = ({ events }: Trace): ReadonlySet<string> => {
  const pairs = new Set<string>();
  const step = (event: TraceEvent): boolean => event.kind !== "drop" && event.kind !== "fault";
  for (const [at, b] of events.entries()) {
    for (const a of events.slice(0, at)) {
      if (!(b.cause === a.id || (step(a) && step(b) && a.node === b.node))) continue;
      pairs.add(`${a.id} ${b.id}`);
      for (const c of events) if (pairs.has(`${c.id} ${a.id}`)) pairs.add(`${c.id} ${b.id}`);
    }
  }
  return pairs;
};

describe("stamps of random runs", () => {
  it("agree with the definition of happens-before, and chains lead where they say", () => {
    fc.assert(
      fc.property(runs, (trace) => {
        const pairs = closure(trace);
        const causality = causalityOf(trace);
        for (const { id: a } of trace.events) {
          for (const { id: b } of trace.events) {
            expect(causality.happensBefore(a, b)).toBe(pairs.has(`${a} ${b}`));
            const chain = causality.chain(a, b);
            expect(chain !== undefined).toBe(pairs.has(`${a} ${b}`));
            if (chain === undefined) continue;
            expect([chain[0]!.from, chain.at(-1)!.to]).toEqual([a, b]);
            for (const [at, { from, to }] of chain.entries()) {
              expect(pairs.has(`${from} ${to}`)).toBe(true);
              if (at > 0) expect(from).toBe(chain[at - 1]!.to);
            }
            expect(causality.lamport(a)).toBeLessThan(causality.lamport(b));
            expect(causality.causalPast(b).has(a)).toBe(true);
          }
        }
      }),
      { seed: 2, numRuns: 60 },
    );
  });
});
