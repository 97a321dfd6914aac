import { describe, expect, it } from "vitest";
import { checkCounterInterval } from "./counter-interval.ts";
import type { Operation } from "./history.ts";
import { checkLinearizability } from "./linearizability.ts";
import { checkSetInterval } from "./set-interval.ts";
import { type CounterInput, counter } from "./specifications/counter.ts";
import { type SetInput, type SetOutput, set } from "./specifications/set.ts";
import { randomHistory } from "./testing/random-histories.ts";

type CounterOp = Operation<CounterInput, number>;
type SetOp = Operation<SetInput<number>, SetOutput<number>>;

const add = (process: number, delta: number, invokedAt: number, returnedAt?: number): CounterOp =>
  returnedAt === undefined
    ? { process, input: { kind: "add", delta }, invokedAt }
    : { process, input: { kind: "add", delta }, invokedAt, returnedAt };
const sum = (process: number, output: number, invokedAt: number, returnedAt: number): CounterOp => ({
  process,
  input: { kind: "read" },
  output,
  invokedAt,
  returnedAt,
});

describe("the interval of a counter (row 83)", () => {
  const adds = [add(0, 5, 0, 10), add(1, 2, 5, 30), add(2, -1, 6), add(3, 4, 50, 60)];
  const verdictOf = (value: number): string => checkCounterInterval([...adds, sum(4, value, 20, 25)]).verdict;

  it("begins with what was acknowledged before and ends with what was tried meanwhile", () => {
    expect([3, 4, 5, 6, 7, 8].map(verdictOf)).toEqual(["violated", "holds", "holds", "holds", "holds", "violated"]);
    expect(checkCounterInterval([...adds, sum(4, 8, 20, 25)])).toEqual({
      verdict: "violated",
      exercised: 1,
      culprit: {
        operations: [sum(4, 8, 20, 25)],
        sentence: "read → 8 of process 4 is not between 4 and 7, by what was added before and meanwhile",
      },
    });
  });

  it("a replica that has yet to hear owes nothing but not to invent", () => {
    const later = { isSettled: ({ invokedAt }: CounterOp) => invokedAt > 100 };
    expect(checkCounterInterval([...adds, sum(4, 0, 20, 25)], later).verdict).toBe("holds");
    expect(checkCounterInterval([...adds, sum(4, 8, 20, 25)], later).verdict).toBe("violated");
    expect(checkCounterInterval([...adds, sum(4, 0, 120, 125)], later).verdict).toBe("violated");
    expect(checkCounterInterval(adds).verdict).toBe("unknown");
  });

  it("is never left by a linearizable counter", () => {
    const shape = {
      operations: 8,
      processes: 3,
      indeterminate: 15,
      input: (draw: (bound: number) => number): CounterInput =>
        draw(2) === 0 ? { kind: "read" } : { kind: "add", delta: draw(7) - 2 },
      output: (draw: (bound: number) => number, { kind }: CounterInput) => (kind === "read" ? draw(9) - 2 : undefined),
    };
    const seen = { holds: 0, violated: 0, unknown: 0 };
    for (let seed = 1; seed <= 250; seed++) {
      const history = randomHistory(seed, counter(), shape);
      const { verdict } = checkCounterInterval(history);
      seen[verdict]++;
      if (verdict === "violated")
        expect(checkLinearizability(history, counter()).verdict, `seed ${seed}`).toBe("violated");
    }
    expect(Math.min(seen.holds, seen.violated)).toBeGreaterThan(20);
  });
});

const change = (
  kind: "add" | "remove",
  process: number,
  value: number,
  invokedAt: number,
  returnedAt?: number,
): SetOp =>
  returnedAt === undefined
    ? { process, input: { kind, value }, invokedAt }
    : { process, input: { kind, value }, invokedAt, returnedAt };
const members = (process: number, output: readonly number[], invokedAt: number, returnedAt: number): SetOp => ({
  process,
  input: { kind: "read" },
  output,
  invokedAt,
  returnedAt,
});

describe("the interval of a set (row 83)", () => {
  const added = [change("add", 0, 1, 0, 10), change("add", 1, 2, 5, 30), change("add", 2, 3, 6)];
  const verdictOf = (history: readonly SetOp[], ...seen: readonly number[]): string =>
    checkSetInterval([...history, members(9, seen, 20, 25)]).verdict;

  it("has what was acknowledged before, and nothing that nobody tried to add", () => {
    expect([[1], [1, 2], [1, 3], [1, 2, 3]].map((seen) => verdictOf(added, ...seen))).toEqual(Array(4).fill("holds"));
    expect([[], [2], [1, 4], [1, 1]].map((seen) => verdictOf(added, ...seen))).toEqual(Array(4).fill("violated"));
    expect(checkSetInterval([...added, members(9, [2], 20, 25)])).toMatchObject({
      culprit: {
        operations: [added[0], members(9, [2], 20, 25)],
        sentence: "read of process 9 misses 1, which was added by process 0 before",
      },
    });
  });

  it("a removal takes away what it follows, and may take what it overlaps", () => {
    const removed = [...added, change("remove", 3, 1, 12, 15)];
    expect(verdictOf(removed)).toBe("holds");
    expect(verdictOf(removed, 1)).toBe("violated");
    const overlapping = [...added, change("remove", 3, 1, 8, 15)];
    expect([verdictOf(overlapping), verdictOf(overlapping, 1)]).toEqual(["holds", "holds"]);
    const again = [...removed, change("add", 4, 1, 16, 18)];
    expect([verdictOf(again), verdictOf(again, 1)]).toEqual(["violated", "holds"]);
  });

  it("has from the beginning what nobody removed", () => {
    const read = (output: readonly number[]) => checkSetInterval([members(0, output, 0, 1)], { initial: [7] }).verdict;
    expect([read([]), read([7])]).toEqual(["violated", "holds"]);
  });

  it("a replica that has yet to hear owes nothing but not to invent", () => {
    const later = { isSettled: () => false };
    expect(checkSetInterval([...added, members(9, [], 20, 25)], later).verdict).toBe("holds");
    expect(checkSetInterval([...added, members(9, [4], 20, 25)], later).verdict).toBe("violated");
  });

  it("is never left by a linearizable set", () => {
    const shape = {
      operations: 8,
      processes: 3,
      indeterminate: 15,
      input: (draw: (bound: number) => number): SetInput<number> => {
        const kind = (["add", "add", "remove", "contains", "read"] as const)[draw(5)]!;
        return kind === "read" ? { kind } : { kind, value: draw(3) };
      },
      output: (draw: (bound: number) => number, { kind }: SetInput<number>): SetOutput<number> | undefined => {
        if (kind === "contains") return draw(2) === 0;
        return kind === "read" ? [0, 1, 2].filter(() => draw(2) === 0) : undefined;
      },
    };
    const seen = { holds: 0, violated: 0, unknown: 0 };
    for (let seed = 1; seed <= 250; seed++) {
      const history = randomHistory(seed, set<number>(), shape);
      const { verdict } = checkSetInterval(history);
      seen[verdict]++;
      if (verdict === "violated") {
        expect(checkLinearizability(history, set<number>()).verdict, `seed ${seed}`).toBe("violated");
      }
    }
    expect(Math.min(seen.holds, seen.violated)).toBeGreaterThan(20);
  });
});
