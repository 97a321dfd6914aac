import { describe, expect, it } from "vitest";
import { drawing } from "../../test/support/drawing.ts";
import { decode, decodeWithin, encode, encodeCompact, PlainDataError } from "./plain.ts";

const samples: readonly unknown[] = [
  { past: [1, 2, 3, 4, 5], body: "m12" },
  { seq: 12, body: { kind: "promise", ballot: 7, accepted: null } },
  new Map<unknown, unknown>([
    [{ a: 1 }, new Set([1n, -5n, 2n ** 70n])],
    ["é", undefined],
  ]),
  [0.5, -300, 2 ** 40, 1e300, true, false, new Uint8Array([1, 2, 3]), "\ud83dx\u{1f600}", "x".repeat(70)],
  Array.from({ length: 40 }, (_, index) => ({ index, name: `n${index}` })),
  [{ key: "\xff\x80", é: {} }, { key: "\xe9".repeat(70), é: { key: "x".repeat(30) } }, { é: 1, key: "€" }, {}],
];

const mutate = (bytes: Uint8Array, other: Uint8Array, draw: (below: number) => number): Uint8Array => {
  const at = draw(bytes.length);
  switch (draw(6)) {
    case 0:
      return bytes.with(at, draw(256));
    case 1:
      return bytes.with(at, (bytes[at] ?? 0) ^ (1 << draw(8)));
    case 2:
      return bytes.slice(0, at);
    case 3:
      return Uint8Array.of(...bytes.subarray(0, at), draw(256), ...bytes.subarray(at));
    case 4:
      return Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + 1 + draw(4)));
    default:
      return Uint8Array.of(...bytes.subarray(0, at), ...other.subarray(draw(other.length)));
  }
};

/** Whether the bytes are taken; then they are exactly the encoding of the value that came out. */
const isTaken = (bytes: Uint8Array): boolean => {
  let value: unknown;
  try {
    value = decode(bytes);
  } catch (error) {
    if (!(error instanceof PlainDataError)) throw error;
    return false;
  }
  const again = bytes[0] === 1 ? encode(value) : encodeCompact(value);
  if (Buffer.compare(again, bytes) !== 0) expect(again.join()).toBe(bytes.join());
  return true;
};

const many = (count: number, byte: number): number[] => new Array<number>(count).fill(byte);

const malformed: readonly (readonly [string, readonly number[], string])[] = [
  ["no bytes", [], "byte 0: the data ends too early"],
  ["another format", [3, 0], "format 3, and only 1 and 2 are known"],
  ["a format and nothing else", [1], "the data ends too early"],
  ["bytes after the end", [1, 0, 0], "byte 2: 1 bytes after the end"],
  ["an unknown tag", [1, 0x0f], "no value starts with 15"],
  ["names of the compact format", [1, 0x20], "no value starts with 32"],
  ["names that were never said", [2, 0xc2, 0xe1, 1, 0x61, 0x40, 0x21, 0x40], "names of fields that were never said"],
  ["names that were said before", [2, 0xc2, 0xe1, 1, 0x61, 0x40, 0xe1, 1, 0x61, 0x40], "that were said before"],
  ["a name twice", [2, 0xe2, 1, 0x61, 1, 0x61, 0x40, 0x40], 'the key "a" twice'],
  ["an object whose fields are missing", [2, 0xc2, 0xe1, 1, 0x61, 0x40, 0x20], "the data ends too early"],
  ["text that needs no wide letters", [2, 0x0f, 2, 0xc3, 0xa9], "text that would fit into a byte a letter"],
  ["wide text that is cut", [2, 0x0f, 2, 0xe2, 0x82], "not well-formed UTF-8"],
  ["a name that is cut", [2, 0xe1, 2, 0xe2, 0x82, 0x40], "not well-formed UTF-8"],
  ["a short string in its long compact form", [2, 0x09, 1, 0x61], "a short length in its long form"],
  ["101 objects in one another, by number", [2, ...many(101, 0xc1), 0x20], "deeper than 100 levels"],
  ["a small number in long form", [1, 0x04, 0x3f], "a small number in its long form"],
  ["a varint with needless zeros", [1, 0x04, 0xc0, 0x00], "needless zeros"],
  ["a varint beyond 2^53-1", [1, 0x04, ...many(7, 0xff), 0x1f], "a number beyond 2^53-1"],
  ["a varint without end", [1, 0x04, ...many(1_000, 0x80), 1], "a number beyond 2^53-1"],
  ["a negative number that is not safe", [1, 0x05, ...many(7, 0xff), 0x0f], "beyond -(2^53-1)"],
  ["NaN", [1, 0x06, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f], "NaN is not plain data"],
  ["-0", [1, 0x06, 0, 0, 0, 0, 0, 0, 0, 0x80], "-0 is not plain data"],
  ["Infinity", [1, 0x06, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f], "Infinity is not plain data"],
  ["1 as a fraction", [1, 0x06, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f], "a whole number written as a fraction"],
  ["half a fraction", [1, 0x06, 0, 0], "a length of 8 with 2 bytes left"],
  ["a bigint with needless zeros", [1, 0x07, 2, 0, 1], "a bigint with needless zeros"],
  ["a bigint beyond the limit", [1, 0x07, 0x81, 0x80, 0x04, ...many(65_537, 1)], "a bigint of more than 65536 bytes"],
  ["a negative bigint at the limit", [1, 0x08, 0x80, 0x80, 0x04, ...many(65_536, 0xff)], "a bigint of more than"],
  ["a string longer than the data", [1, 0x85, 0x61], "a length of 5 with 1 bytes left"],
  ["a long string longer than the data", [1, 0x09, 0xff, 0xff, 0xff, 0xff, 0x7f], "with 0 bytes left"],
  ["a short string in long form", [1, 0x09, 1, 0x61], "a short length in its long form"],
  ["a letter in too many bytes", [1, 0x82, 0xc1, 0xa1], "not well-formed UTF-8"],
  ["a lone continuation byte", [1, 0x81, 0x80], "not well-formed UTF-8"],
  ["a letter cut by the end", [1, 0x81, 0xc3], "not well-formed UTF-8"],
  ["a letter cut by the end, more data behind", [1, 0xc2, 0x81, 0xc3, 0x81, 0xa9], "not well-formed UTF-8"],
  ["a pair as two surrogates", [1, 0x86, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80], "not well-formed UTF-8"],
  ["a code point beyond the last", [1, 0x84, 0xf4, 0x90, 0x80, 0x80], "not well-formed UTF-8"],
  ["an array longer than the data", [1, 0x0b, 0xff, 0xff, 0xff, 0x7f], "with 0 bytes left"],
  ["a short array in long form", [1, 0x0b, 1, 0x40], "a short length in its long form"],
  ["an object longer than the data", [1, 0x0e, 0xff, 0xff, 0xff, 0x7f], "with 0 bytes left"],
  ["a Map longer than the data", [1, 0x0c, 3, 0x40, 0x40, 0x41], "a length of 3 with 3 bytes left"],
  ["a Set longer than the data", [1, 0x0d, 3, 0x40], "a length of 3 with 1 bytes left"],
  ["a key twice", [1, 0xe2, 1, 0x61, 0x40, 1, 0x61, 0x41], 'the key "a" twice'],
  ["a key of a Map twice", [1, 0x0c, 2, 0x40, 0x40, 0x40, 0x41], "a key of a Map twice"],
  ["an item of a Set twice", [1, 0x0d, 2, 0x40, 0x40], "an item of a Set twice"],
  ["an integer-like key", [1, 0xe1, 1, 0x37, 0x40], "an integer-like key"],
  ["__proto__ as key", [1, 0xe1, 9, ...Buffer.from("__proto__"), 0xe0], "the key __proto__"],
  ["101 arrays in one another", [1, ...many(101, 0xc1), 0x40], "deeper than 100 levels"],
  ["100,000 arrays in one another", [1, ...many(100_000, 0xc1)], "deeper than 100 levels"],
];

describe("decode", () => {
  it.each(malformed)("refuses %s", (_, bytes, sentence) => {
    expect(() => decode(Uint8Array.from(bytes))).toThrow(PlainDataError);
    expect(() => decode(Uint8Array.from(bytes))).toThrow(sentence);
  });

  it("refuses 240,000 mutated encodings, or takes them for exactly what they say", () => {
    const draw = drawing(20_240_601);
    const encodings = samples.flatMap((value) => [encode(value), encodeCompact(value)]);
    const count = { taken: 0, refused: 0 };
    for (let round = 0; round < 240_000; round++) {
      const bytes = encodings[round % encodings.length] as Uint8Array;
      let mutated = mutate(bytes, encodings[draw(encodings.length)] as Uint8Array, draw);
      if (draw(4) === 0 && mutated.length > 0) mutated = mutate(mutated, bytes, draw);
      count[isTaken(mutated) ? "taken" : "refused"]++;
    }
    expect(count.taken).toBeGreaterThan(10_000);
    expect(count.refused).toBeGreaterThan(100_000);
  }, 60_000);

  it("refuses 50,000 strings of random bytes, or takes them for exactly what they say", () => {
    const draw = drawing(7);
    for (let round = 0; round < 50_000; round++) {
      isTaken(Uint8Array.from({ length: 1 + draw(40) }, (_, at) => (at === 0 ? 1 + (round & 1) : draw(256))));
    }
  }, 60_000);

  it("refuses every truncation", () => {
    for (const bytes of samples.flatMap((value) => [encode(value), encodeCompact(value)])) {
      for (let end = 0; end < bytes.length; end++) {
        expect(() => decode(bytes.subarray(0, end))).toThrow(PlainDataError);
      }
    }
  });

  it("is not fooled by __proto__", () => {
    const bytes = Uint8Array.from([1, 0xe1, 9, ...Buffer.from("__proto__"), 0xe1, 1, 0x61, 0x41]);
    expect(() => decode(bytes)).toThrow(PlainDataError);
    expect(Reflect.get({}, "a")).toBeUndefined();
  });

  it("shares no memory with its bytes, and takes a Buffer or a part of one", () => {
    const bytes = Buffer.concat([Buffer.from([7]), encode({ frame: new Uint8Array([1, 2]) })]);
    const value = decode(bytes.subarray(1)) as { frame: Uint8Array };
    bytes.fill(0);
    expect(value).toStrictEqual({ frame: new Uint8Array([1, 2]) });
  });

  it("does not mistake one short string for another that it read before", () => {
    const texts = ["é", "Ã©", "a", "b", "ab", "ba", "", "\u0000", "promise", "promisf", "\u00c3\u00a9\u00c3\u00a9"];
    for (let round = 0; round < 3; round++) {
      for (const text of texts) {
        const value = { [`${text}!`]: text };
        for (const write of [encode, encodeCompact]) expect(decode(write(value))).toStrictEqual(value);
      }
    }
    for (let index = 0; index < 20_000; index++) expect(decode(encode(`t${index}`))).toBe(`t${index}`);
  });

  it("reads a part of a larger array, nothing beyond it, and shares its memory only where that is asked for", () => {
    const inside = encode(["a", new Uint8Array([1, 2])]);
    const bytes = Buffer.concat([Buffer.from([9, 9]), inside, inside]);
    const to = 2 + inside.length;
    expect(decodeWithin(bytes, 2, to)).toStrictEqual(["a", new Uint8Array([1, 2])]);
    expect(() => decodeWithin(bytes, 2, to - 1)).toThrow(PlainDataError);
    expect(() => decodeWithin(bytes, 2, to + 1)).toThrow(PlainDataError);
    const shared = decodeWithin(bytes, 2, to, true) as [string, Uint8Array];
    expect(encode(shared)).toStrictEqual(inside);
    bytes[to - 1] = 7;
    expect(shared[1]).toStrictEqual(new Uint8Array([1, 7]));
    expect(decode(inside)).toStrictEqual(["a", new Uint8Array([1, 2])]);
  });
});
