import { describe, expect, it } from "vitest";
import { type Choices, harmless, type Signed } from "../model/index.ts";
import { Adversary, signSymbolically, verifySymbolically, type Word } from "./adversary.ts";

const word = (body: unknown): Word => ({ channel: 0, keys: null, body });
const traitor = 2;
const correct = 0;

/** Lies by taking the alternatives of this number. */
const choosing = (value: number): Choices => ({
  ...harmless,
  below: (_name, _which, _count, alternatives) => Math.min(value, alternatives - 1),
});

/** Everything that an arbitrary traitor can say to one node instead of its own message. */
const sayable = (words: readonly Word[], seen: readonly Word[], own: readonly Word[]): readonly Word[][] =>
  Array.from({ length: own.length + 1 + words.length }, (_, choice) => {
    const adversary = new Adversary(choosing(choice), new Set([traitor]), words);
    for (const each of seen) adversary.sees(each);
    return [...adversary.says(traitor, "arbitrary", 1, own)];
  });

describe("an arbitrary traitor", () => {
  const [attack, retreat, mine] = [word("attack"), word("retreat"), word("mine")];

  it("may say its own message, nothing, or any word", () => {
    expect(sayable([attack, retreat], [], [mine]).map((said) => said.map(({ body }) => body))).toEqual([
      ["mine"],
      [],
      ["attack"],
      ["retreat"],
    ]);
  });

  it("may speak where its protocol is silent", () => {
    expect(sayable([attack, retreat], [], []).map((said) => said.map(({ body }) => body))).toEqual([
      [],
      ["attack"],
      ["retreat"],
    ]);
  });

  it("may exchange each of several messages", () => {
    const said = new Adversary(choosing(2), new Set([traitor]), [attack]).says(traitor, "arbitrary", 1, [mine, mine]);
    expect(said.map(({ body }) => body)).toEqual(["attack", "attack"]);
  });
});

describe("signatures (AL3 by proof)", () => {
  const signed = (signer: number, body: unknown): Signed<unknown> => ({ signer, body, proof: new Uint8Array() });
  const uttered = (signature: Signed<unknown>, seen: readonly Word[] = []): Signed<unknown> =>
    sayable([word(signature)], seen, [])[1]![0]!.body as Signed<unknown>;

  it("of a correct node cannot be made by a traitor", () => {
    expect(verifySymbolically(uttered(signed(correct, "attack")))).toBe(false);
  });

  it("of a traitor can be made over anything", () => {
    expect(verifySymbolically(uttered(signed(traitor, "attack")))).toBe(true);
  });

  it("of a correct node can be replayed once a traitor has seen it, within another message too", () => {
    const seen = [word({ forwarded: [signSymbolically(correct, "attack")] })];
    expect(verifySymbolically(uttered(signed(correct, "attack"), seen))).toBe(true);
  });

  it("cannot be moved to another body", () => {
    const seen = [word(signSymbolically(correct, "attack"))];
    expect(verifySymbolically(uttered(signed(correct, "retreat"), seen))).toBe(false);
  });

  it("does not verify when a forged one was seen", () => {
    const seen = [word(signed(correct, "attack"))];
    expect(verifySymbolically(uttered(signed(correct, "attack"), seen))).toBe(false);
  });

  it("over a forged signature is genuine, the forged one inside stays forged", () => {
    const outer = uttered(signed(traitor, signed(correct, "attack")));
    expect(verifySymbolically(outer)).toBe(true);
    expect(verifySymbolically(outer.body as Signed<unknown>)).toBe(false);
  });
});
