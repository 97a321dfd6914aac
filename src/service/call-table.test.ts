import { expect, it } from "vitest";
import { drawing } from "../../test/support/drawing.ts";
import { CallTable } from "./call-table.ts";

it("calls are found by their numbers and end once, however many are open and in whatever order they end", () => {
  const draw = drawing(11);
  const table = new CallTable<string>();
  const open = new Map<number, string>();
  let last = 0;
  for (let round = 0; round < 16_000; round++) {
    // So many are open at times that two of them want one slot.
    if (draw(12_000) > open.size) {
      const number = ++last;
      table.set(number, `call ${number}`);
      open.set(number, `call ${number}`);
    } else {
      const numbers = [...open.keys()];
      const number = numbers[draw(numbers.length)]!;
      expect(table.take(number)).toBe(open.get(number));
      expect(table.take(number)).toBeUndefined();
      open.delete(number);
    }
  }
  expect(open.size).toBeGreaterThan(4_096);
  expect(table.take(last + 1)).toBeUndefined();
  expect(table.takeAll().sort()).toEqual([...open.values()].sort());
  for (const number of open.keys()) expect(table.take(number)).toBeUndefined();
});
