import { describe, expect, it } from "vitest";
import { clone, freeze, PlainDataError } from "./plain.ts";

const make = () => ({
  list: [1, { two: 2 }, [3]],
  map: new Map<unknown, unknown>([
    ["a", [1]],
    [{ k: 1 }, new Set([[2]])],
  ]),
  bytes: new Uint8Array([1, 2, 3]),
  nothing: undefined,
});

describe("clone", () => {
  it("shares nothing with the original", () => {
    const original = make();
    const copy = clone(original);
    (copy.list[1] as { two: number }).two = 9;
    (copy.list[2] as number[]).push(9);
    (copy.map.get("a") as number[]).push(9);
    copy.map.set("b", 1);
    copy.bytes[0] = 9;
    expect(original).toStrictEqual(make());
    const keys = [...copy.map.keys()];
    expect(keys[1]).toStrictEqual({ k: 1 });
    expect([...original.map.keys()][1]).not.toBe(keys[1]);
  });

  it("can be changed when the original is frozen", () => {
    const copy = clone(freeze(make()));
    copy.list.push(4);
    copy.map.set("b", 1);
    copy.map.delete("a");
    expect(copy.list).toHaveLength(4);
    expect([...copy.map.keys()]).toStrictEqual([{ k: 1 }, "b"]);
  });

  it("refuses functions, symbols, class instances and cycles, with the path", () => {
    const cycle = { list: [] as unknown[] };
    cycle.list.push(cycle);
    expect(() => clone({ a: { run: () => 0 } })).toThrow("value.a.run: a function is not plain data");
    expect(() => clone([1, () => 0])).toThrow("value[1]: a function is not plain data");
    expect(() => clone(new Map([["a", Symbol("s")]]))).toThrow('value.get("a"): a symbol is not plain data');
    expect(() => clone({ a: Symbol("s") })).toThrow("value.a: a symbol is not plain data");
    expect(() => clone({ a: new Date(0) })).toThrow("value.a: an instance of Date is not plain data");
    expect(() => clone({ a: Buffer.from("x") })).toThrow("value.a: an instance of Buffer is not plain data");
    expect(() => clone(cycle)).toThrow(PlainDataError);
  });
});
