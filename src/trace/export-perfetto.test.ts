import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TraceBuilder } from "../../test/support/trace-builder.ts";
import type { Trace } from "../model/index.ts";
import { exportPerfetto } from "./export-perfetto.ts";
import { readTrace } from "./trace-file.ts";

interface TraceRecord {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number;
  readonly s?: string;
  readonly bp?: string;
  readonly args?: { readonly event?: number; readonly name?: string };
}

const recordsOf = (trace: Trace): readonly TraceRecord[] =>
  (JSON.parse(exportPerfetto(trace)) as { traceEvents: readonly TraceRecord[] }).traceEvents;

const corpus = (name: string): Trace =>
  readTrace(readFileSync(new URL(`../../test/corpus/traces/${name}.jsonl`, import.meta.url), "utf8"));

const slicesOf = (records: readonly TraceRecord[]) =>
  records
    .filter(({ ph }) => ph === "X")
    .map(({ pid, tid, ts, dur, name, args }) => ({ pid, tid, name, event: args?.event, start: ts!, end: ts! + dur! }))
    .sort((a, b) => a.start - b.start);

/** What the viewer relies on: slices of a thread that do not overlap, and flows that go from slice to slice. */
const check = (records: readonly TraceRecord[]): void => {
  const slices = slicesOf(records);
  for (const [at, slice] of slices.entries()) {
    expect(Number.isSafeInteger(slice.start) && slice.end > slice.start).toBe(true);
    const next = slices.slice(at + 1).find(({ pid, tid }) => pid === slice.pid && tid === slice.tid);
    if (next !== undefined) expect(next.start).toBeGreaterThanOrEqual(slice.end);
  }
  const inSlice = ({ pid, tid, ts }: TraceRecord): boolean =>
    slices.some((slice) => slice.pid === pid && slice.tid === tid && slice.start <= ts! && ts! < slice.end);
  const starts = new Map(records.filter(({ ph }) => ph === "s").map((record) => [record.id, record]));
  const ends = records.filter(({ ph }) => ph === "f");
  expect(ends).toHaveLength(starts.size);
  for (const end of ends) {
    const start = starts.get(end.id);
    expect(start !== undefined && start.ts! < end.ts! && end.bp === "e").toBe(true);
    expect([inSlice(start!), inSlice(end)]).toEqual([true, true]);
  }
};

describe("a trace for Perfetto", () => {
  it("is a process a node, a slice a step, and a flow a message", () => {
    const build = new TraceBuilder(["a", "b"]);
    build.add("call", 0, { name: "go", at: 2.5 });
    const send = build.send(0, 1, { kind: "hello" });
    build.deliver(send, { at: 4 });
    build.add("crash", 1, { at: 5 });
    build.add("recover", 1, { at: 7, incarnation: 1 });
    const records = recordsOf(build.trace());
    expect(records.filter(({ name }) => name === "process_name").map(({ pid, args }) => [pid, args?.name])).toEqual([
      [1, "a"],
      [2, "b"],
    ]);
    expect(slicesOf(records)).toEqual([
      { pid: 1, tid: 1, name: "call go()", event: 0, start: 2500, end: 2502 },
      { pid: 2, tid: 1, name: "hello", event: 2, start: 4000, end: 4001 },
      { pid: 2, tid: 2, name: "down", event: undefined, start: 5000, end: 7000 },
      { pid: 2, tid: 1, name: "recovers as incarnation 1", event: 4, start: 7000, end: 7001 },
    ]);
    expect(records.filter(({ ph }) => ph === "s" || ph === "f")).toMatchObject([
      { ph: "s", id: 2, pid: 1, ts: 2501 },
      { ph: "f", id: 2, pid: 2, ts: 4000, bp: "e" },
    ]);
    expect(records.filter(({ ph }) => ph === "i")).toMatchObject([
      { name: "crashes", s: "p", ts: 5000 },
      { name: "hello", s: "t", ts: 2501 },
    ]);
    check(records);
  });

  it.each(["v1-paxos-forgets", "v1-partition", "v1-every-kind"])("of %s has every event once", (name) => {
    const trace = corpus(name);
    const records = recordsOf(trace);
    const events = records.flatMap(({ args }) => args?.event ?? []);
    expect(events.sort((a, b) => a - b)).toEqual(trace.events.map(({ id }) => id));
    check(records);
  });

  it("keeps causes before effects when all of it happens at one moment", () => {
    const steps = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.boolean()), { minLength: 10, maxLength: 60, size: "max" });
    fc.assert(
      fc.property(steps, (moves) => {
        const build = new TraceBuilder(["a", "b", "c"]);
        for (const [from, to, twice] of moves) {
          const send = build.send(from, to, "m", { at: 0 });
          build.deliver(send, { at: 0 });
          if (twice) build.deliver(send, { at: 0 });
        }
        check(recordsOf(build.trace()));
      }),
      { seed: 6, numRuns: 50 },
    );
  });
});
