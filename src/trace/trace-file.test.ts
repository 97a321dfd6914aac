import { describe, expect, it } from "vitest";
import { TraceBuilder } from "../../test/support/trace-builder.ts";
import { TraceError } from "./trace-error.ts";
import { eventLine, headerLine, readTrace, TRACE_LINE_LENGTH_MAX, traceLines, writeTrace } from "./trace-file.ts";

const everyField = (): TraceBuilder => {
  const build = new TraceBuilder(["n1", "n2"]);
  build.add("boot", 0, { incarnation: 0, monotonic: 0.5, wall: 1_700_000_000_000 });
  const send = build.send(0, 1, { kind: "put", key: new Uint8Array([1]), at: new Map([[1, new Set([2n])]]) });
  build.deliver(send, { decision: { name: "delay", value: 3, alternatives: 10 }, stateHash: -7, path: "links" });
  build.add("note", 1, {
    name: "did nothing",
    data: [undefined, "ü\u2028"],
    changes: [{ path: "round", before: undefined, after: 1 }],
  });
  build.add("fault", undefined, { name: "partition", data: [[0], [1]] });
  return build;
};

const lines = (): string[] => writeTrace(everyField().trace()).trimEnd().split("\n");

/** The file with one line put in place of line `at` (1 is the header). */
const withLine = (at: number, line: string): string =>
  lines()
    .map((old, index) => (index + 1 === at ? line : old))
    .join("\n");

const withField = (at: number, field: string, value: unknown): string =>
  withLine(at, JSON.stringify({ ...(JSON.parse(lines()[at - 1]!) as object), [field]: value }));

const errorOf = (text: string | Iterable<string>): TraceError => {
  try {
    readTrace(text);
  } catch (error) {
    expect(error).toBeInstanceOf(TraceError);
    return error as TraceError;
  }
  throw new Error("the trace was read");
};

describe("a trace file", () => {
  it("comes back as it was written", () => {
    const trace = everyField().trace({ edits: [{ name: "loss", which: 0, count: 1, value: 1 }] });
    expect(readTrace(writeTrace(trace))).toEqual(trace);
    expect(readTrace(traceLines(trace))).toEqual(trace);
  });

  it("has the header first, in the order of its documentation", () => {
    expect(Object.keys(JSON.parse(lines()[0]!) as object)).toEqual(
      ["format", "version", "scenario", "model", "parameters", "seed", "code", "nodes"], //
    );
  });

  it("is read with other ends of line and a byte order mark, and without the last newline", () => {
    expect(readTrace(`\ufeff${lines().join("\r\n")}\n\n`)).toEqual(everyField().trace());
    expect(readTrace(lines().join("\n"))).toEqual(everyField().trace());
  });

  it("may hold fields that this version does not know", () => {
    expect(readTrace(withField(2, "colour", "red"))).toEqual(everyField().trace());
  });

  it("writes no function, and no line that it would not read", () => {
    expect(() => eventLine({ id: 3, kind: "note", at: 0, data: [() => 0] })).toThrow(/^event 3: data\[0\]: a function/);
    const data = "x".repeat(TRACE_LINE_LENGTH_MAX);
    expect(() => eventLine({ id: 3, kind: "note", at: 0, data })).toThrow(/^event 3 takes .* keep less data/);
    expect(() => eventLine({ id: 3, kind: "note", at: Number.NaN })).toThrow(/finite number of milliseconds/);
    expect(() => headerLine({ ...everyField().trace().header, version: 2 })).toThrow(/current version/);
  });
});

describe("a malformed trace file gets the line, what was expected, and a remedy", () => {
  it.each([
    ["", "line 1: the file is empty; expected a header line, as --trace FILE writes it"],
    ["\n\n", "line 1: the file is empty"],
    [
      "#!/bin/sh\n",
      'line 1: this is no trace file: one begins with {"format":"quorate-trace","version":1,…}, this one with "#!/bin/sh"; give a file that --trace',
    ],
    ['{\n  "name": "quorate"\n}\n', "line 1: this is no trace file: one begins with "],
    [
      "[1]",
      'line 1: this is no trace file: one begins with {"format":"quorate-trace","version":1,…}, this one with "[1]"',
    ],
    ["null", "line 1: this is no trace file: one begins with "],
    [withLine(1, "{}"), "line 1: this is no trace file: one begins with "],
    [withField(1, "format", "pcap"), "line 1: this is no trace file: one begins with "],
    [withLine(1, '{"format":"quorate-trace","ver'), "line 1: the line breaks off in the middle"],
    [withLine(1, '{"header":{},"events":[]}'), "line 1: this is an export for other programs, not a trace"],
    [
      withField(1, "version", 2),
      "line 1: this is version 2 of the trace format and this quorate reads up to 1; update",
    ],
    [withField(1, "version", 0), "line 1: version: expected a whole number from 1, found 0"],
    [withField(1, "scenario", undefined), "line 1: scenario: expected a string, found nothing; restore this line, or"],
    [withField(1, "model", []), "line 1: model: expected an object, found []"],
    [
      withField(1, "model", { network: "reliable" }),
      "line 1: model.nodes: expected one of crash-stop, crash-recovery,",
    ],
    [withField(1, "parameters", { n: null }), "line 1: parameters.n: expected a number, a string, true or false"],
    [withField(1, "seed", 1.5), "line 1: seed: expected a whole number, found 1.5"],
    [withField(1, "nodes", {}), "line 1: nodes: expected a list, found {}"],
    [withField(1, "nodes", [{ id: -1, name: "a" }]), "line 1: nodes[0].id: expected a whole number from 0, found -1"],
    [
      withField(1, "nodes", [
        { id: 0, name: "a" },
        { id: 0, name: "b" },
      ]),
      "line 1: nodes: two nodes have the same id",
    ],
    [withLine(3, '{"id":1,'), "line 3: the line breaks off in the middle, as when its writer was killed; remove it"],
    [withLine(3, "{id:1}"), 'line 3: expected one JSON object, found "{id:1}"'],
    [withLine(3, "7"), 'line 3: expected a JSON object, found "7"'],
    [withLine(3, ""), "line 3: expected no empty line here; remove it"],
    [withField(3, "kind", "teleport"), "line 3: kind: expected one of boot, call, answer, send"],
    [withField(3, "kind", undefined), "line 3: kind: expected a value, found nothing"],
    [withField(3, "at", "now"), 'line 3: at: expected a number, found "now"'],
    [withLine(3, '{"id":1,"kind":"note","at":1e999}'), "line 3: at: expected a time in milliseconds, found Infinity"],
    [withField(3, "id", 0), "line 3: id: expected a number above 0, found 0"],
    [withField(4, "cause", 2), "line 4: cause: expected an event before 2, found 2"],
    [withField(4, "cause", -1), "line 4: cause: expected a whole number from 0, found -1"],
    [withField(3, "node", 2), "line 3: node: expected the id of a node of the header, found 2"],
    [withField(3, "peer", "n2"), 'line 3: peer: expected the id of a node of the header, found "n2"'],
    [
      withField(3, "data", { "#what": 1 }),
      "line 3: data: the tag #what is unknown; a key of the data's own begins with",
    ],
    [
      withField(3, "decision", { name: "d", value: 0 }),
      "line 3: decision.alternatives: expected a whole number, found",
    ],
    [withField(3, "changes", [{ path: 1 }]), "line 3: changes[0].path: expected a string, found 1"],
  ])("%#", (text, message) => {
    const error = errorOf(text);
    expect(error.message.slice(0, message.length)).toBe(message);
    expect(error.message).toMatch(/; |as --trace FILE writes it/);
    expect(error.code).toBe("TRACE_FORMAT");
    expect(error.line).toBe(Number(/^line (\d+)/.exec(message)![1]));
  });

  it("has a limit on the length of a line", () => {
    const error = errorOf([lines()[0]!, `{"x":"${"x".repeat(TRACE_LINE_LENGTH_MAX)}"}`]);
    expect(error.message).toMatch(/^line 2: found 16777224 characters, at most 16777216 are read/);
  });
});
