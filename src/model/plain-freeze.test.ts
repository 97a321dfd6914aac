import { describe, expect, it } from "vitest";
import { equal, freeze, PlainDataError } from "./plain.ts";

describe("freeze", () => {
  it("returns the value itself, frozen in depth", () => {
    const inner = { list: [1, { two: 2 }] };
    const value = { inner, nothing: null };
    expect(freeze(value)).toBe(value);
    expect(() => inner.list.push(3)).toThrow(TypeError);
    expect(() => {
      (inner.list[1] as { two: number }).two = 3;
    }).toThrow(TypeError);
  });

  it("T2: a sender that changes what it sent throws at that line", () => {
    const state = { delivered: [0, 0] };
    freeze({ past: state.delivered, body: "m" });
    expect(() => {
      state.delivered[0] = 1;
    }).toThrow(TypeError);
  });

  it("T2: also when the sender froze the message itself, which stops at the first level", () => {
    const delivered = [0, 0];
    freeze(Object.freeze({ past: delivered }));
    expect(() => {
      delivered[0] = 1;
    }).toThrow(TypeError);
  });

  it("makes every change of a Map or Set throw a sentence, and leaves reading alone", () => {
    const map = freeze(
      new Map<unknown, unknown>([
        ["a", [1]],
        [{ k: 1 }, 2],
      ]),
    );
    const set = freeze(new Set<unknown>([1, [2]]));
    const changes = [
      () => map.set("b", 1),
      () => map.delete("a"),
      () => map.clear(),
      () => set.add(3),
      () => set.delete(1),
      () => set.clear(),
    ];
    for (const change of changes) expect(change).toThrow(/this (Map|Set) is frozen: it was sent or stored/);
    expect(() => (map.get("a") as number[]).push(2)).toThrow(TypeError);
    expect(() => ([...set][1] as number[]).push(2)).toThrow(TypeError);
    expect(Object.isFrozen([...map.keys()][1])).toBe(true);
    expect([...map.keys(), map.size, set.has(1)]).toStrictEqual(["a", { k: 1 }, 2, true]);
    expect(
      equal(
        map,
        new Map<unknown, unknown>([
          ["a", [1]],
          [{ k: 1 }, 2],
        ]),
      ),
    ).toBe(true);
  });

  it("may be called again, on parts too, and on what needs no freezing", () => {
    const map = new Map([["a", 1]]);
    const bytes = new Uint8Array([1]);
    freeze({ map });
    freeze({ map, again: freeze(map), bytes });
    bytes[0] = 2;
    expect(bytes[0]).toBe(2);
    expect([freeze(1), freeze("x"), freeze(null), freeze(undefined), freeze(bytes)]).toEqual([
      1,
      "x",
      null,
      undefined,
      bytes,
    ]);
  });

  it("refuses a Map that Object.freeze closed without protecting it", () => {
    expect(() => freeze(Object.freeze(new Map()))).toThrow(PlainDataError);
    expect(() => freeze(Object.preventExtensions(new Set()))).toThrow(PlainDataError);
  });
});
