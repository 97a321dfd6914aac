import { describe, expect, it } from "vitest";
import { seeded } from "../model/index.ts";
import { EventHeap } from "./event-heap.ts";

describe("the event heap", () => {
  it("gives events by time, and within one time in the order in which they came: a total order", () => {
    const choices = seeded(5);
    const heap = new EventHeap<number>();
    const reference: { readonly time: number; readonly item: number }[] = [];
    const popped: number[] = [];
    const expected: number[] = [];
    for (let at = 0; at < 20_000; at++) {
      if (choices.chance("pop", 0, at, 0.45) && reference.length > 0) {
        reference.sort((a, b) => a.time - b.time || a.item - b.item);
        expected.push(reference.shift()!.item);
        popped.push(heap.pop()!);
      } else if (reference.length < 200) {
        const time = choices.below("time", 0, at, 50);
        heap.push(time, at);
        reference.push({ time, item: at });
      }
    }
    expect(popped.length).toBeGreaterThan(1_000);
    expect(popped).toEqual(expected);
  });

  it("grows past its first size", () => {
    const heap = new EventHeap<number>();
    for (let at = 5_000; at > 0; at--) heap.push(at, at);
    expect(heap.size).toBe(5_000);
    for (let at = 1; at <= 5_000; at++) expect(heap.pop()).toBe(at);
    expect(heap.pop()).toBe(undefined);
    expect(heap.nextTime).toBe(Number.POSITIVE_INFINITY);
  });
});
