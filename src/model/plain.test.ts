import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clone,
  decode,
  diffPlain,
  encode,
  encodeCompact,
  equal,
  freeze,
  hashPlain,
  hashPlain53,
  type Plain,
  refusalOf,
} from "./plain.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80, size: "max" }),
  // Any code units, so that lone surrogates occur.
  fc
    .array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 8, size: "max" })
    .map((units) => String.fromCharCode(...units)),
);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
const scalar: fc.Arbitrary<Plain> = fc.oneof(
  fc.constantFrom(undefined, null, true, false),
  fc.integer(),
  fc.maxSafeInteger(),
  finite,
  text,
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  fc.uint8Array({ maxLength: 40, size: "max" }),
);
const key = text.filter((name) => !/^[0-9]+$/.test(name) && name !== "__proto__");

/** Plain data of up to four levels with up to `width` parts in each container. */
const plainOf = (leaf: fc.Arbitrary<Plain>, name: fc.Arbitrary<string>, width: number): fc.Arbitrary<Plain> => {
  const size = { maxLength: width, size: "max" } as const;
  return fc.letrec<{ node: Plain }>((tie) => {
    const table = fc.uniqueArray(fc.tuple(name, tie("node")), { ...size, selector: ([known]) => known });
    return {
      node: fc.oneof(
        { maxDepth: 4, depthSize: "max" },
        { arbitrary: leaf, weight: 5 },
        { arbitrary: fc.array(tie("node"), size), weight: 1 },
        { arbitrary: fc.array(fc.tuple(tie("node"), tie("node")), size).map((pairs) => new Map(pairs)), weight: 1 },
        { arbitrary: fc.array(tie("node"), size).map((items) => new Set(items)), weight: 1 },
        { arbitrary: table.map((pairs) => Object.fromEntries(pairs)), weight: 2 },
      ),
    };
  }).node;
};

const plain = plainOf(scalar, key, 10);
/** So few values that equal pairs come up by chance. */
const small = plainOf(fc.constantFrom<Plain[]>(0, 1, "1", true, undefined, 1n), fc.constantFrom("a", "b"), 2);

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

describe("plain data", () => {
  it("comes back from its bytes as it was, and so does its encoding", () => {
    fc.assert(
      fc.property(plain, (value) => {
        const bytes = encode(value);
        const back = decode(bytes);
        // Node's comparison, since the test runner's takes a key named "constructor" for a class.
        expect(isDeepStrictEqual(back, value)).toBe(true);
        expect(equal(back, value)).toBe(true);
        expect(sameBytes(encode(back), bytes)).toBe(true);
        const short = encodeCompact(value);
        expect(isDeepStrictEqual(decode(short), value)).toBe(true);
        expect(sameBytes(encodeCompact(decode(short)), short)).toBe(true);
        expect(refusalOf(value, "value")).toBeUndefined();
      }),
      { numRuns: 400 },
    );
  }, 60_000);

  it("is equal exactly when the bytes are, then has equal hashes, and differs nowhere", () => {
    const seen = { equal: 0, different: 0 };
    fc.assert(
      fc.property(small, small, (a, b) => {
        const same = equal(a, b);
        seen[same ? "equal" : "different"]++;
        expect(sameBytes(encode(a), encode(b))).toBe(same);
        expect(sameBytes(encodeCompact(a), encodeCompact(b))).toBe(same);
        expect(hashPlain(7, a) === hashPlain(7, b)).toBe(same);
        expect(hashPlain53(a) === hashPlain53(b)).toBe(same);
        expect(diffPlain(a, b).length === 0).toBe(same);
        expect(equal(b, a)).toBe(same);
      }),
      { numRuns: 4_000, seed: 1 },
    );
    expect(seen.equal).toBeGreaterThan(100);
    expect(seen.different).toBeGreaterThan(100);
  }, 60_000);

  it("has equal copies with equal hashes, frozen or not, that share nothing", () => {
    fc.assert(
      fc.property(plain, (value) => {
        const before = encode(value);
        const copy = clone(value);
        expect(equal(copy, value)).toBe(true);
        freeze(value);
        expect(sameBytes(encode(value), before)).toBe(true);
        expect(sameBytes(encode(copy), before)).toBe(true);
        expect(hashPlain(1, copy)).toBe(hashPlain(1, value));
        expect(hashPlain53(copy)).toBe(hashPlain53(value));
        expect(equal(clone(value), copy)).toBe(true);
        expect(diffPlain(copy, value)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it("D5: keeps the insertion order of keys, Maps and Sets, and takes two orders for two values", () => {
    const pairs: readonly (readonly [Plain, Plain])[] = [
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [
        new Map([
          ["a", 1],
          ["b", 2],
        ]),
        new Map([
          ["b", 2],
          ["a", 1],
        ]),
      ],
      [new Set([1, 2]), new Set([2, 1])],
    ];
    for (const [one, other] of pairs) {
      expect(equal(one, other)).toBe(false);
      expect(sameBytes(encode(one), encode(other))).toBe(false);
      expect(hashPlain(0, one)).not.toBe(hashPlain(0, other));
      expect(diffPlain(one, other)).toHaveLength(1);
    }
    expect(Object.keys(decode(encode({ z: 1, a: 2, m: 3 })) as object)).toEqual(["z", "a", "m"]);
  });
});
