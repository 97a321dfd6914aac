import { describe, expect, it } from "vitest";
import { decode, type EncodeTarget, encode, encodeCompact, encodeInto, PlainDataError, refusalOf } from "./plain.ts";

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
};

const cycle: { self?: unknown } = {};
cycle.self = cycle;
const cyclicMap = new Map<string, unknown>();
cyclicMap.set("self", cyclicMap);

class Ballot {
  readonly round = 1;
}

const hole: unknown[] = [1];
hole[2] = 3;

const refused: readonly (readonly [string, unknown, string])[] = [
  ["a function", { pending: [1, 2, 3, { body: () => 0 }] }, "state.pending[3].body: a function is not plain data"],
  ["a symbol", [Symbol("leader")], "state[0]: a symbol is not plain data"],
  ["a class instance", { vote: new Ballot() }, "state.vote: an instance of Ballot is not plain data"],
  ["a Date", { at: new Date(0) }, "state.at: an instance of Date is not plain data"],
  ["an Error", new Error("no"), "state: an instance of Error is not plain data"],
  ["a promise", { later: Promise.resolve() }, "state.later: an instance of Promise is not plain data"],
  ["a subclass of Map", new (class Sorted extends Map {})(), "state: an instance of Sorted is not plain data"],
  ["a subclass of Array", new (class Queue extends Array {})(), "state: an instance of Queue is not plain data"],
  ["a Buffer", { frame: Buffer.from("x") }, "state.frame: an instance of Buffer is not plain data; copy its bytes"],
  ["other typed arrays", new Uint16Array(1), "state: an instance of Uint16Array is not plain data"],
  ["a boxed number", Object(1), "state: an instance of Number is not plain data"],
  ["NaN", { load: Number.NaN }, "state.load: NaN is not plain data"],
  ["Infinity", { until: Number.POSITIVE_INFINITY }, "state.until: Infinity is not plain data"],
  ["-Infinity", [Number.NEGATIVE_INFINITY], "state[0]: -Infinity is not plain data"],
  ["-0", [[-0]], "state[0][0]: -0 is not plain data"],
  ["a hole", { log: hole }, "state.log[1]: a hole in an array is not plain data"],
  ["an integer-like key", { votes: { 3: true } }, 'state.votes["3"]: an integer-like key loses its place'],
  ["a huge integer-like key", { "98765432109876543210": 1 }, 'state["98765432109876543210"]: an integer-like key'],
  ["__proto__ as key", JSON.parse('{"body":{"__proto__":{}}}'), "state.body.__proto__: the key __proto__ would change"],
  [
    "an accessor",
    {
      get leader() {
        return 1;
      },
    },
    "state.leader: an accessor is not plain data",
  ],
  ["a write-only accessor", { set leader(_: number) {} }, "state.leader: an accessor is not plain data"],
  [
    "a hidden property",
    Object.defineProperty({}, "sent", { value: 1 }),
    "state.sent: a hidden (not enumerable) property",
  ],
  ["a value of a Map", new Map([["a", () => 0]]), 'state.get("a"): a function is not plain data'],
  ["a key of a Map", new Map([[() => 0, 1]]), "state.keys()[0]: a function is not plain data"],
  ["an item of a Set", new Set([1, Number.NaN]), "state.values()[1]: NaN is not plain data"],
  ["a cycle", cycle, "state.self.self.self"],
  ["a cycle through a Map", { votes: cyclicMap }, 'state.votes.get("self").get("self")'],
  ["101 levels", nested(101), "deeper than 100 levels, or a cycle"],
  ["a bigint beyond the limit", [1n << 524_288n], "state[0]: a bigint of more than 65536 bytes"],
  ["its negative", [-(1n << 524_288n)], "state[0]: a bigint of more than 65536 bytes"],
];

describe("encode", () => {
  it.each(refused)("refuses %s and names the path", (_, value, sentence) => {
    expect(() => encode(value, "state")).toThrow(PlainDataError);
    expect(() => encode(value, "state")).toThrow(sentence);
    expect(refusalOf(value, "state")).toContain(sentence);
  });

  it("gives its errors a code", () => {
    expect(() => encode(Number.NaN)).toThrow(expect.objectContaining({ code: "PLAIN_DATA", name: "PlainDataError" }));
  });

  it("still works after a refusal in the middle of a value", () => {
    expect(() => encode({ long: "x".repeat(10_000), bad: () => 0 })).toThrow(PlainDataError);
    expect(decode(encode([1, "two"]))).toEqual([1, "two"]);
  });

  it("leaves symbol keys and names beside the contents to refusalOf", () => {
    expect(refusalOf({ a: [{ [Symbol("tag")]: 1 }] }, "state")).toMatch(
      /^state\.a\[0\]\[Symbol\(tag\)\]: a symbol as key/,
    );
    expect(refusalOf({ found: "abc".match(/b/) }, "state")).toMatch(/^state\.found\.index: a named property beside/);
    expect(refusalOf(Object.assign(new Set([1]), { size2: 1 }), "state")).toMatch(/^state\.size2: a named property/);
  });

  it("takes values at the edges", () => {
    const edges = [
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER + 1,
      Number.MIN_SAFE_INTEGER - 1,
      Number.MAX_VALUE,
      Number.MIN_VALUE,
      0.1,
      63,
      64,
      127,
      128,
      -1,
      2147483648,
      0n,
      -1n,
      255n,
      256n,
      (1n << 524_288n) - 1n,
      1n - (1n << 524_288n),
      "",
      "x".repeat(63),
      "x".repeat(64),
      "é".repeat(31),
      "é".repeat(32),
      "é".repeat(63),
      "\x80\x9f\xff".repeat(3_000),
      `${"\xff".repeat(5_000)}\u0100`,
      Array.from({ length: 40 }, (_, index) => [{ [`k${index}`]: 1 }, { [`k${index}`]: 2 }]),
      `${"x".repeat(5_000)}é`,
      "\u{1f600}".repeat(3_000),
      "\ud83d",
      "\ud800\u{1dc00}",
      "\ude00\ud83d",
      "a\ud83d\ud83d\ude00z",
      new Array<number>(31).fill(0),
      new Array<number>(32).fill(0),
      Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, index])),
      nested(100),
      new Uint8Array(5_000).fill(7),
    ];
    for (const edge of edges)
      for (const write of [encode, encodeCompact]) expect(decode(write(edge))).toStrictEqual(edge);
  });

  it("gives back what looks like a built-in name as a plain key", () => {
    const value = { constructor: 1, toString: "x", hasOwnProperty: null, "": 0, "01": 1, "-1": 2, "1.5": 3 };
    expect(decode(encode(value))).toStrictEqual(value);
  });

  it("takes an object without a prototype for an ordinary one", () => {
    const bare: unknown = Object.assign(Object.create(null), { a: 1 });
    expect(decode(encode(bare))).toStrictEqual({ a: 1 });
  });

  it("keeps its format: these bytes are on disks and wires", () => {
    const value = { seq: 300, body: "é", rest: [undefined, null, true, -2, 1.5, 5n, new Uint8Array([9])] };
    const hex = Array.from(encode(value), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    expect(hex).toBe(
      "01 e3 03 73 65 71 04 ac 02 04 62 6f 64 79 82 c3 a9 04 72 65 73 74 " +
        "c7 00 01 03 05 01 06 00 00 00 00 00 00 f8 3f 07 01 05 0a 01 09",
    );
    expect(Array.from(encode(new Map([[-1n, new Set([0])]])))).toEqual([1, 0x0c, 1, 0x08, 0, 0x0d, 1, 0x40]);
  });

  it("keeps its compact format: these bytes are on disks and wires", () => {
    const value = [{ a: 1, é: "\xff" }, { a: "€", é: { a: 2, é: {} } }, {}, "y".repeat(64)];
    const hex = Array.from(encodeCompact(value).subarray(0, -64), (byte) => byte.toString(16).padStart(2, "0"));
    expect(hex.join(" ")).toBe("02 c4 e2 01 61 02 c3 a9 41 81 ff 20 0f 03 e2 82 ac 20 42 e0 21 09 40");
    const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("");
    expect(encodeCompact(bytes)).toHaveLength(256 + 4);
  });

  it("says in the compact format only so many lists of names by number", () => {
    const objects = Array.from({ length: 33 }, (_, index) => ({ [`k${index}`]: 0 }));
    const once = encodeCompact(objects).length;
    expect(encodeCompact([...objects, { k31: 0 }]).length).toBe(once + 2);
    expect(encodeCompact([...objects, { k32: 0 }]).length).toBe(once + 6);
  });

  it("looks for accessors in the compact format too, where nobody vouches for the value", () => {
    const accessor = {
      get leader() {
        return 1;
      },
    };
    expect(() => encodeCompact([{ leader: 1 }, accessor], "state")).toThrow(
      "state[1].leader: an accessor is not plain data",
    );
    expect(decode(encodeCompact([{ leader: 1 }]))).toStrictEqual([{ leader: 1 }]);
  });

  it("joins values into one array, which grows, and is as before after one that is refused", () => {
    const target: EncodeTarget = { bytes: new Uint8Array(4), at: 1 };
    encodeInto(target, ["a", 300]);
    expect(() => encodeInto(target, { bad: () => 0 }, "message")).toThrow("message.bad: a function");
    encodeInto(target, { b: 2 });
    const parts = [encode(["a", 300]), encode({ b: 2 })];
    expect(Array.from(target.bytes.subarray(1, target.at))).toEqual(parts.flatMap((part) => Array.from(part)));
    expect(decode(encode("the scratch is its own again"))).toBe("the scratch is its own again");
  });
});
