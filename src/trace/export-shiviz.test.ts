import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TraceBuilder } from "../../test/support/trace-builder.ts";
import type { Trace } from "../model/index.ts";
import { exportShiviz } from "./export-shiviz.ts";
import { causalityOf } from "./stamps.ts";
import { readTrace } from "./trace-file.ts";

const corpus = (name: string): Trace =>
  readTrace(readFileSync(new URL(`../../test/corpus/traces/${name}.jsonl`, import.meta.url), "utf8"));

interface Parsed {
  readonly event: string;
  readonly host: string;
  readonly clock: { readonly [host: string]: number };
}

/**
 * What ShiViz makes of a log: it trims the text, applies its documented default expression (with the flags g and m)
 * again and again, and reads each clock as JSON.
 */
const parse = (log: string): readonly Parsed[] =>
  [...log.trim().matchAll(/(?<event>.*)\n(?<host>\S*) (?<clock>{.*})/gm)].map(({ groups }) => ({
    event: groups!["event"]!,
    host: groups!["host"]!,
    clock: JSON.parse(groups!["clock"]!) as Parsed["clock"],
  }));

/**
 * The rules by which ShiViz refuses a log: a clock has an entry of its own host; the own entries of a host are 1, 2, 3
 * … once sorted; every entry names a host of the log and an event which that host has.
 */
const complaints = (events: readonly Parsed[]): string[] => {
  const times = new Map<string, number[]>();
  for (const { host, clock } of events) times.set(host, [...(times.get(host) ?? []), clock[host] ?? Number.NaN]);
  const found: string[] = [];
  for (const [host, own] of times) {
    own.sort((a, b) => a - b);
    if (!own.every((time, at) => time === at + 1)) found.push(`the own entries of ${host} are ${own.join(", ")}`);
  }
  for (const { event, clock } of events) {
    for (const [host, time] of Object.entries(clock)) {
      const count = times.get(host)?.length;
      if (count === undefined) found.push(`${event}: no host is called ${host}`);
      else if (time < 1 || time > count) found.push(`${event}: ${host} has no event ${time}`);
    }
  }
  return found;
};

describe("a log for ShiViz", () => {
  it("is two lines an event, after two empty lines for its expression and its delimiter", () => {
    const build = new TraceBuilder(["a", "b c"]);
    build.add("call", 0, { name: "go" });
    const send = build.send(0, 1, { kind: "hello", to: "b" });
    build.deliver(send);
    build.drop(send, "cut");
    expect(exportShiviz(build.trace())).toBe(
      [
        "",
        "",
        "call go()",
        'a {"a":1}',
        'send to b c: hello {to: "b"}',
        'a {"a":2}',
        'deliver from a: hello {to: "b"}',
        'b_c {"a":2,"b_c":1}',
        'drop from a: cut: hello {to: "b"}',
        'network {"a":2,"network":1}',
        "",
      ].join("\n"),
    );
  });

  it.each(["v1-paxos-forgets", "v1-partition", "v1-every-kind"])("of %s keeps the rules of its parser", (name) => {
    const trace = corpus(name);
    const events = parse(exportShiviz(trace));
    expect(events).toHaveLength(trace.events.length);
    expect(complaints(events)).toEqual([]);
  });

  it("would be refused with a clock that skips, a host unknown, or an event that is not there", () => {
    const log = exportShiviz(corpus("v1-paxos-forgets"));
    expect(complaints(parse(log.replace('n1 {"n1":2}', 'n1 {"n1":7}')))).not.toEqual([]);
    expect(complaints(parse(log.replace('n1 {"n1":2}', 'n1 {"n1":2,"n9":1}')))).not.toEqual([]);
    expect(complaints(parse(log.replace('n1 {"n1":2}', 'n1 {"n1":2,"n2":99}')))).not.toEqual([]);
  });

  it("says of two events of nodes what their clocks say", () => {
    const trace = corpus("v1-paxos-forgets");
    const { happensBefore } = causalityOf(trace);
    const events = parse(exportShiviz(trace)).map((event, at) => ({ ...event, id: trace.events[at]!.id }));
    const steps = events.filter(({ host }) => host !== "network");
    for (const a of steps) {
      for (const b of steps) {
        const before = a !== b && (b.clock[a.host] ?? 0) >= a.clock[a.host]!;
        expect(happensBefore(a.id, b.id)).toBe(before);
      }
    }
  });

  it("has each event once, whatever names and texts there are", () => {
    const nasty = fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.constantFrom(
        "network",
        "",
        "a b",
        "a_b",
        "constructor",
        "__proto__",
        "{",
        "x {",
        "n {}",
        "\n{a} {}",
        '{"a":1}',
      ),
    );
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 2, maxLength: 5 }), nasty, nasty, (names, name, data) => {
        const build = new TraceBuilder(names);
        for (const [node] of names.entries()) build.add("note", node, { name, data: [] });
        for (const kind of ["settled", "disk", "durable", "pause"] as const)
          build.add(kind, 0, { name, data: { data } });
        build.add("fault", undefined, { name, data });
        const send = build.send(0, 1, { [data === "__proto__" ? "" : data]: name });
        build.deliver(send);
        build.drop(send, name);
        const events = parse(exportShiviz(build.trace()));
        expect(events).toHaveLength(build.events.length);
        expect(complaints(events)).toEqual([]);
        expect(new Set(events.map(({ host }) => host)).size).toBe(names.length + 1);
        for (const { host } of events) expect(host in {}).toBe(false);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
