import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exportJson } from "./export-json.ts";
import { readTrace } from "./trace-file.ts";

const text = readFileSync(new URL("../../test/corpus/traces/v1-every-kind.jsonl", import.meta.url), "utf8");

describe("a trace as one JSON document", () => {
  it("holds the lines of the trace file", () => {
    const [header, ...events] = text.trimEnd().split("\n");
    const document = JSON.parse(exportJson(readTrace(text))) as { header: unknown; events: unknown[] };
    expect(document).toEqual({ header: JSON.parse(header!), events: events.map((line) => JSON.parse(line)) });
  });

  it("is told from a trace file when it is read as one", () => {
    const refusal = /^line 1: this is an export for other programs, not a trace; give the file it was exported from$/;
    expect(() => readTrace(exportJson(readTrace(text)))).toThrow(refusal);
    expect(() => readTrace(exportJson(readTrace(text)).replaceAll("\n", ""))).toThrow(refusal);
  });
});
