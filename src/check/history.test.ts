import { describe, expect, it } from "vitest";
import { endpointOrder, never } from "./endpoint-order.ts";
import { HistoryBuilder, HistoryError, isDetermined } from "./history.ts";

describe("a history is built from calls and answers", () => {
  it("in the order of calls, with times, answers and events", () => {
    const builder = new HistoryBuilder<string, number>();
    builder.invoke(1, "a", 10);
    builder.invoke(2, "b", 10);
    builder.complete(2, 7, 20);
    builder.complete(1, undefined, 20);
    expect(builder.history()).toEqual([
      { process: 1, input: "a", invokedAt: 10, returnedAt: 20, invokeEvent: 0, returnEvent: 3 },
      { process: 2, input: "b", output: 7, invokedAt: 10, returnedAt: 20, invokeEvent: 1, returnEvent: 2 },
    ]);
  });

  it("what crashed or is still open is indeterminate, what was refused is gone", () => {
    const builder = new HistoryBuilder<string, number>();
    builder.invoke(1, "a", 0, 100);
    builder.crash(1);
    builder.crash(1);
    builder.invoke(1, "b", 1, 105);
    builder.invoke(2, "c", 2, 107);
    builder.discard(2);
    const history = builder.history();
    expect(history.map(({ input, invokeEvent }) => [input, invokeEvent])).toEqual([
      ["a", 100],
      ["b", 105],
    ]);
    expect(history.some(isDetermined)).toBe(false);
  });

  it("refuses what no client can do", () => {
    const builder = new HistoryBuilder<string, number>();
    builder.invoke(1, "a", 5);
    expect(() => builder.invoke(1, "b", 6)).toThrow(HistoryError);
    expect(() => builder.invoke(1, "b", 6)).toThrow("process 1 invokes an operation while its last one is open");
    expect(() => builder.complete(2, 0, 6)).toThrow("process 2 gets an answer but has no operation open");
    expect(() => builder.discard(2)).toThrow("process 2 gets a refusal but has no operation open");
    expect(() => builder.invoke(2, "b", 4)).toThrow("time runs back from 5 to 4");
    expect(() => builder.invoke(2, "b", Number.NaN)).toThrow(HistoryError);
    expect(() => builder.invoke(2, "b", 5, -3)).toThrow("event -3 comes after event 0");
  });
});

describe("calls and returns are ranked", () => {
  const at = (process: number, invokedAt: number, returnedAt?: number) => ({
    process,
    input: `${process}`,
    invokedAt,
    ...(returnedAt === undefined ? {} : { returnedAt }),
  });

  it("by time, calls before returns at equal times, what never returned last", () => {
    const order = endpointOrder([at(2, 10, 30), at(1, 0, 10), at(3, 5)]);
    expect(order.operations.map(({ process }) => process)).toEqual([1, 3, 2]);
    expect([...order.invoked]).toEqual([0, 1, 2]);
    expect([...order.returned]).toEqual([3, never, 4]);
    expect([...order.byReturn]).toEqual([0, 2]);
  });

  it("in program order when one process is alone at a moment", () => {
    const order = endpointOrder([at(1, 0, 10), at(1, 10, 10), at(1, 10, 20)]);
    expect([...order.invoked]).toEqual([0, 2, 4]);
    expect([...order.returned]).toEqual([1, 3, 5]);
  });

  it("by events only when every call and answer has one", () => {
    const first = { ...at(1, 0, 10), invokeEvent: 5, returnEvent: 6 };
    const second = { ...at(2, 0, 10), invokeEvent: 7, returnEvent: 8 };
    expect([...endpointOrder([second, first]).returned]).toEqual([1, 3]);
    const { returnEvent: _, ...without } = second;
    expect([...endpointOrder([without, first]).returned]).toEqual([2, 3]);
  });

  it("an operation that returns before its call is refused", () => {
    expect(() => endpointOrder([at(1, 10, 5)])).toThrow(HistoryError);
    expect(() => endpointOrder([at(1, Number.NaN, 5)])).toThrow(HistoryError);
  });
});
