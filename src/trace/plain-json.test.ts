import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromJson, toJson } from "./plain-json.ts";
import { TraceError } from "./trace-error.ts";

const roundTrip = (value: unknown): unknown => fromJson(JSON.parse(JSON.stringify(toJson(value, "data"))), "data");

const key = fc.string({ unit: "grapheme" }).filter((text) => text !== "__proto__");
const { plain } = fc.letrec<{ plain: unknown }>((tie) => ({
  plain: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<unknown>(undefined, null, true, false, "", "#", "#map", -0, Number.NaN, 1e-7, 2 ** 53),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: "binary" }),
    fc.uint8Array().map((bytes) => Uint8Array.from(bytes)),
    fc.array(tie("plain")),
    fc.array(tie("plain")).map((items) => new Set(items)),
    fc.array(fc.tuple(tie("plain"), tie("plain"))).map((entries) => new Map(entries)),
    fc.dictionary(fc.oneof(key, fc.constantFrom("#map", "##", "#undefined", "constructor")), tie("plain"), {
      noNullPrototype: true,
    }),
  ),
}));

describe("plain data as JSON", () => {
  it("comes back as it was, tags and all", () => {
    fc.assert(
      fc.property(plain, (value) => {
        const read = roundTrip(value);
        expect(isDeepStrictEqual(read, value)).toBe(true);
        // Equal ignores the order of entries, the text does not.
        expect(JSON.stringify(toJson(read, "data"))).toBe(JSON.stringify(toJson(value, "data")));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("keeps the order of Maps and Sets", () => {
    const value = new Map<unknown, unknown>([
      ["b", new Set([3, 1, 2])],
      ["a", new Map([[1n, new Uint8Array([0, 255])]])],
    ]);
    expect(JSON.stringify(toJson(value, "data"))).toBe(
      '{"#map":[["b",{"#set":[3,1,2]}],["a",{"#map":[[{"#bigint":"1"},{"#bytes":"00ff"}]]}]]}',
    );
    expect([...(roundTrip(value) as Map<unknown, unknown>).keys()]).toEqual(["b", "a"]);
  });

  it("tells a key of the data's own from a tag", () => {
    expect(toJson({ "#map": [], "##": 1, plain: 2 }, "data")).toEqual({ "##map": [], "###": 1, plain: 2 });
    expect(roundTrip({ "#undefined": true })).toEqual({ "#undefined": true });
  });

  it.each([
    [() => 0, "data: a function is not plain data"],
    [{ a: [Symbol("s")] }, "data.a[0]: a symbol is not plain data"],
    [new (class Vote {})(), "data: an instance of a class"],
    [JSON.parse('{"__proto__": 1}'), "data: a key named __proto__"],
  ])("refuses to write %s", (value, message) => {
    expect(() => toJson(value, "data")).toThrow(TraceError);
    expect(() => toJson(value, "data")).toThrow(message);
  });

  it("refuses to write a cycle", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => toJson(cycle, "data")).toThrow(/or a cycle/);
  });

  it.each([
    ['{"#what":1}', "data: the tag #what is unknown"],
    ['{"#map":[],"a":1}', "data: the key #map is not allowed here"],
    ['{"#map":[[1]]}', "data[0]: #map holds pairs"],
    ['{"#set":{}}', "data: #set holds a list"],
    ['{"#bytes":"0"}', "data: #bytes holds pairs of digits"],
    ['{"#bytes":7}', "data: #bytes holds pairs of digits"],
    ['{"#bigint":"1.5"}', "data: #bigint holds"],
    ['{"#number":"7"}', "data: #number holds one of"],
    ['{"__proto__":{"a":1},"b":1}', "data: the key __proto__"],
    [`${"[".repeat(211)}${"]".repeat(211)}`, "deeper than 210 levels"],
  ])("refuses to read %s", (json, message) => {
    expect(() => fromJson(JSON.parse(json), "data")).toThrow(TraceError);
    expect(() => fromJson(JSON.parse(json), "data")).toThrow(message);
  });
});
