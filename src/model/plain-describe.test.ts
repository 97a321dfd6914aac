import fc from "fast-check";
import { expect, it, describe as suite } from "vitest";
import { describe, encode, encodeCompact } from "./plain.ts";

const cycle: { list: unknown[] } = { list: [] };
cycle.list.push(cycle);

const cases: readonly (readonly [string, unknown])[] = [
  ['{seq: 3, body: "x"}', { seq: 3, body: "x" }],
  ['{"two words": 1}', { "two words": 1 }],
  ["[1, [2], {}, []]", [1, [2], {}, []]],
  ["[undefined, null, true, 5n, -1.5]", [undefined, null, true, 5n, -1.5]],
  [
    'Map{"a" => 1, {k: 1} => [2]}',
    new Map<unknown, unknown>([
      ["a", 1],
      [{ k: 1 }, [2]],
    ]),
  ],
  ["Set{1, 2}", new Set([1, 2])],
  ["bytes(3) 00 0a ff", new Uint8Array([0, 10, 255])],
  ["bytes(0)", new Uint8Array()],
  ['{commands: bytes(15) of [{kind: "put", n: 1}]}', { commands: encode([{ kind: "put", n: 1 }]) }],
  ['bytes(15) of [{kind: "put", n: 1}]', encodeCompact([{ kind: "put", n: 1 }])],
  ["bytes(2) 01 c0", encode([])],
  ["bytes(3) 01 81 61", encode("a")],
  ["bytes(3) 01 c2 41", encode([1, 2]).subarray(0, 3)],
  ['"line\\nend \\"q\\""', 'line\nend "q"'],
  ["{run: <function>, tag: <symbol>}", { run: () => 0, tag: Symbol("s") }],
  ["[-0, NaN, <instance of Date>]", [-0, Number.NaN, new Date(0)]],
  [
    "{leader: <accessor>}",
    {
      get leader(): number {
        throw new Error("must not run");
      },
    },
  ],
];

suite("describe", () => {
  it.each(cases)("shows %s", (shown, value) => {
    expect(describe(value)).toBe(shown);
  });

  it("cuts at the limit with …, never within a pair of surrogates", () => {
    expect(describe({ body: "x".repeat(1_000) })).toBe(`{body: "${"x".repeat(51)}…`);
    expect(describe("abcdef", 6)).toBe('"abcd…');
    expect(describe("abcd", 6)).toBe('"abcd"');
    expect(describe("ab\u{1f600}c", 5)).toBe('"ab…');
    expect(describe([1, 2], 1)).toBe("…");
    expect(describe([1, 2], 0)).toBe("…");
  });

  it("ends on a cycle and on a huge value", () => {
    expect(describe(cycle, 1_000_000)).toMatch(/^\{list: \[\{list: .*….*\]\}$/);
    expect(describe(new Array(1_000_000).fill(0))).toHaveLength(60);
    expect(describe("y".repeat(10_000_000))).toHaveLength(60);
    expect(describe(encode(new Array(1_100_000).fill(0)), 60)).toMatch(/^bytes\(1100005\) 01 0b/);
    expect(describe(encode(new Array(10_000).fill(7)), 40)).toBe("bytes(10004) of [7, 7, 7, 7, 7, 7, 7, 7…");
    expect(describe(new Uint8Array(1_000_000), 100)).toBe(`bytes(1000000)${" 00".repeat(16)} …`);
  });

  it("never exceeds its limit and never throws", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withMap: true,
          withSet: true,
          withBigInt: true,
          withDate: true,
          withTypedArray: true,
          withNullPrototype: true,
          withSparseArray: true,
          withBoxedValues: true,
        }),
        fc.integer({ min: 1, max: 80 }),
        (value, limit) => {
          expect(describe(value, limit).length).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });
});
