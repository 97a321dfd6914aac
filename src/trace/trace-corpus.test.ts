import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { traceVersion } from "../model/index.ts";
import { readTrace, writeTrace } from "./trace-file.ts";
import { traceKinds } from "./trace-record.ts";

const folder = new URL("../../test/corpus/traces/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");
const names = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
const versionOf = (name: string): number => Number(/^v(\d+)-/.exec(name)?.[1]);

describe("the corpus of old traces", () => {
  it("has files of every version so far, and only of those", () => {
    const versions = Array.from({ length: traceVersion }, (_, index) => index + 1);
    expect([...new Set(names.map(versionOf))].sort()).toEqual(versions);
  });

  it.each(names)("%s is read", (name) => {
    const trace = readTrace(read(name));
    expect(trace.header.version).toBe(traceVersion);
    expect(trace.events.length).toBe(read(name).trimEnd().split("\n").length - 1);
  });

  it.each(names.filter((name) => versionOf(name) === traceVersion))("%s is written again as it was", (name) => {
    expect(writeTrace(readTrace(read(name)))).toBe(read(name));
  });

  it("has every kind of event, and data that JSON has no way to write", () => {
    const { events, header } = readTrace(read("v1-every-kind.jsonl"));
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(traceKinds));
    expect(header.edits).toEqual([{ name: "loss", which: 0, count: 1, value: 1 }]);
    expect(events[1]?.data).toEqual(["key", new Uint8Array([0, 127, 255])]);
    expect(events[2]?.data).toEqual([1, new Map([["set", new Set([1, 2n])]])]);
    expect(events[3]?.data).toStrictEqual({
      "#map": "not a tag",
      nothing: undefined,
      big: -12345678901234567890n,
      odd: [Number.NaN, -0, Number.POSITIVE_INFINITY],
    });
    expect(events[4]).toMatchObject({
      cause: 3,
      monotonic: 3.25,
      stateHash: 4294967295,
      changes: [{ path: "delivered", before: undefined, after: new Set(["n1/0"]) }],
    });
  });
});
