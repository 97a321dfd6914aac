import { describe, expect, it } from "vitest";
import {
  anything,
  fieldsOf,
  kindsOf,
  listOf,
  optional,
  type Shape,
  signedOf,
  someBytes,
  wholeNumber,
} from "./shape.ts";

const greeting: Shape = fieldsOf<{ to: number; words: string[]; seal?: Uint8Array }>({
  to: wholeNumber,
  words: listOf(anything),
  seal: optional(someBytes),
});

describe("the shape of a message", () => {
  it("takes what has every field, and each of its shape", () => {
    expect(greeting({ to: 0, words: [] })).toBe(true);
    expect(greeting({ to: 3, words: ["a"], seal: new Uint8Array() })).toBe(true);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["text", "to"],
    ["a missing field", { to: 0 }],
    ["another kind of field", { to: 0, words: "many" }],
    ["a number below 0", { to: -1, words: [] }],
    ["a fraction", { to: 0.5, words: [] }],
    ["no number", { to: Number.NaN, words: [] }],
    ["a number that is not exact", { to: 2 ** 53, words: [] }],
    ["a text that looks like a number", { to: "0", words: [] }],
    ["bytes that are none", { to: 0, words: [], seal: "x" }],
    ["a field too many", { to: 0, words: [], more: 1 }],
    ["a Map", new Map<string, unknown>([["to", 0]])],
    ["a list", [0, []]],
  ])("refuses %s", (_what, value) => {
    expect(greeting(value)).toBe(false);
  });

  it("tells kinds apart, and knows no kind by the name of what every object inherits", () => {
    const order = kindsOf<{ kind: "go"; at: number } | { kind: "stay" }>({ go: { at: wholeNumber }, stay: {} });
    expect([{ kind: "go", at: 1 }, { kind: "stay" }].every(order)).toBe(true);
    for (const wrong of [{ kind: "go" }, { kind: "stay", at: 1 }, { kind: "constructor" }, { kind: ["go"] }, {}, null])
      expect(order(wrong)).toBe(false);
  });

  it("looks into what is signed, not at whether the proof is good", () => {
    const vote = signedOf(wholeNumber);
    expect(vote({ signer: 1, body: 7 })).toBe(true);
    expect(vote({ signer: 1, body: 7, proof: new Uint8Array([9]) })).toBe(true);
    expect(vote({ signer: "1", body: 7 })).toBe(false);
    expect(vote({ signer: 1, body: 7, proof: 1 })).toBe(false);
  });
});
