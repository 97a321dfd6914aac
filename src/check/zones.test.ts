import { describe, expect, it } from "vitest";
import type { History } from "./history.ts";
import { checkLinearizability } from "./linearizability.ts";
import type { Specification } from "./specification.ts";
import { type CasRegisterInput, casRegister } from "./specifications/cas-register.ts";
import { type KeyValueInput, keyValue } from "./specifications/key-value.ts";
import { type ListAppendInput, listAppend } from "./specifications/list-append.ts";
import { type RegisterInput, register } from "./specifications/register.ts";
import { agree } from "./testing/agree.ts";
import { explains, inRealTime } from "./testing/brute-force.ts";
import { smallSizes, verdictByPermutations } from "./testing/permutation-comparison.ts";
import { type HistoryShape, randomHistory } from "./testing/random-histories.ts";

type Draw = (bound: number) => number;

/** The general search against who read from whom, and both against all permutations. */
const compare = <S, I, O>(
  specification: Specification<S, I, O>,
  shape: (numbered: () => number) => Omit<HistoryShape<I, O>, "operations" | "processes" | "indeterminate">,
  histories: number,
) => {
  const { register: view, ...searched } = specification;
  expect(view).toBeDefined();
  const seen = { holds: 0, violated: 0, unknown: 0, withoutSearch: 0 };
  for (let seed = 1; seed <= histories; seed++) {
    let numbers = 0;
    const history = randomHistory(seed, specification, {
      ...shape(() => ++numbers),
      ...smallSizes[seed % smallSizes.length]!,
    });
    const told = (): string => `seed ${seed}: ${JSON.stringify(history)}`;
    const result = verdictByPermutations(history, specification, told);
    agree(checkLinearizability(history, searched as Specification<S, I, O>).verdict, result.verdict, told);
    seen[result.verdict]++;
    if (checkLinearizability(history, specification, { stepsMax: 1 }).verdict !== "unknown") seen.withoutSearch++;
    if (result.verdict !== "violated") continue;
    const { operations, misfit, longestPrefix } = result.culprit;
    agree(operations.includes(misfit), true, told);
    agree(breaks(operations, misfit.returnedAt!, specification), true, told);
    for (const operation of history)
      if (operation.returnedAt !== undefined && operation.returnedAt < misfit.returnedAt!)
        agree(longestPrefix.includes(operation), true, told);
  }
  return seen;
};

/** Whether operations alone, those that return late as if they never did, have no order. */
const breaks = <S, I, O>(operations: History<I, O>, end: number, specification: Specification<S, I, O>): boolean =>
  !explains(
    operations.map((operation) => {
      const { process, input, invokedAt, returnedAt } = operation;
      return returnedAt !== undefined && returnedAt <= end ? operation : { process, input, invokedAt };
    }),
    specification,
    inRealTime,
  );

describe("values that are written once tell who read from whom (row 79)", () => {
  const any = (draw: Draw) => draw(4);

  it("register", () => {
    const seen = compare(
      register<number>(0),
      (fresh) => ({
        input: (draw): RegisterInput<number> => (draw(2) === 0 ? { kind: "read" } : { kind: "write", value: fresh() }),
        output: (draw, input) => (input.kind === "read" ? any(draw) : undefined),
      }),
      600,
    );
    expect(seen.holds).toBeGreaterThan(180);
    expect(seen.violated).toBeGreaterThan(150);
    expect(seen.withoutSearch).toBe(600);
  });

  it("register with compare-and-set: values that replace each other are chains", () => {
    const seen = compare(
      casRegister<number>(0),
      (fresh) => ({
        input: (draw): CasRegisterInput<number> => {
          const kind = draw(5);
          if (kind === 0) return { kind: "read" };
          if (kind === 1) return { kind: "write", value: fresh() };
          return { kind: "cas", expected: any(draw), value: fresh() };
        },
        output: (draw, { kind }) => (kind === "read" ? any(draw) : kind === "cas" ? draw(2) === 0 : undefined),
      }),
      600,
    );
    expect(seen.holds).toBeGreaterThan(150);
    expect(seen.violated).toBeGreaterThan(150);
    expect(seen.withoutSearch).toBeGreaterThan(450);
  });

  it("text that is put and appended to", () => {
    for (const absent of ["", null]) {
      const store = keyValue<string>(absent);
      const seen = compare(
        store,
        (fresh) => ({
          input: (draw): KeyValueInput<string> => {
            const kind = draw(7);
            if (kind < 3) return { kind: "get", key: "x" };
            if (kind === 3) return { kind: "put", key: "x", value: `p${fresh()};` };
            return { kind: "append", key: "x", suffix: `a${fresh()};` };
          },
          output: (draw, { kind }) => (kind === "get" ? ["", "p1;", "a1;", "a1;a2;", "p1;a2;"][draw(5)] : undefined),
        }),
        300,
      );
      expect(seen.holds).toBeGreaterThan(60);
      expect(seen.violated).toBeGreaterThan(60);
      expect(seen.withoutSearch).toBe(300);
    }
  });

  it("lists that are appended to", () => {
    const seen = compare(
      listAppend<number>(),
      (fresh) => ({
        input: (draw): ListAppendInput<number> =>
          draw(2) === 0 ? { kind: "read", key: "x" } : { kind: "append", key: "x", value: fresh() },
        output: (draw, { kind }) => (kind === "read" ? [[], [1], [1, 2], [2, 1], [2, 3], [3]][draw(6)] : undefined),
      }),
      400,
    );
    expect(seen.holds).toBeGreaterThan(60);
    expect(seen.violated).toBeGreaterThan(60);
    expect(seen.withoutSearch).toBe(400);
  });
});

describe("where values do not tell, a search decides", () => {
  const at = (process: number, input: object, invokedAt: number, returnedAt: number, output?: unknown) => ({
    ...{ process, input, invokedAt, returnedAt },
    ...(output === undefined ? {} : { output }),
  });
  const verdict = (history: readonly object[]) =>
    checkLinearizability(history as never, keyValue<string>("") as never).verdict;

  it("a text that can be put together in two ways", () => {
    // ab + c or a + bc: only the second order is right.
    const history = [
      at(0, { kind: "put", key: 1, value: "ab" }, 0, 1),
      at(0, { kind: "put", key: 1, value: "a" }, 2, 3),
      at(0, { kind: "append", key: 1, suffix: "bc" }, 4, 5),
      at(1, { kind: "get", key: 1 }, 6, 7, "abc"),
      at(1, { kind: "append", key: 1, suffix: "c" }, 8, 9),
    ];
    expect(verdict(history)).toBe("holds");
    expect(verdict([...history, at(1, { kind: "get", key: 1 }, 10, 11, "abc")])).toBe("violated");
  });

  it("a value that is written twice, or that was there at first", () => {
    const twice = [
      at(0, { kind: "put", key: 1, value: "a" }, 0, 1),
      at(0, { kind: "put", key: 1, value: "b" }, 2, 3),
      at(0, { kind: "put", key: 1, value: "a" }, 4, 5),
      at(1, { kind: "get", key: 1 }, 6, 7, "a"),
    ];
    expect(verdict(twice)).toBe("holds");
    expect(
      verdict([...twice, at(1, { kind: "put", key: 1, value: "" }, 8, 9), at(1, { kind: "get", key: 1 }, 10, 11, "")]),
    ).toBe("holds");
  });

  it("keys that are not kept apart", () => {
    const { keyOf: _, ...whole } = keyValue<string>("");
    const history = [
      at(0, { kind: "put", key: 1, value: "a" }, 0, 1),
      at(0, { kind: "put", key: 2, value: "b" }, 2, 3),
      at(0, { kind: "get", key: 1 }, 4, 5, "a"),
    ];
    expect(checkLinearizability(history as never, whole as never).verdict).toBe("holds");
  });
});

describe("among many clients, where values come again", () => {
  // 40 writes of three values are open at once, again and again: no search gets through that.
  const crowd = (rounds: number) =>
    Array.from({ length: rounds * 40 }, (_, at) => ({
      process: at % 40,
      input: { kind: "write" as const, value: at % 3 },
      invokedAt: Math.floor(at / 40) * 100 + (at % 40),
      returnedAt: Math.floor(at / 40) * 100 + 50 + (at % 40),
    }));
  const read = (output: number, invokedAt: number) => ({
    process: 99,
    input: { kind: "read" as const },
    invokedAt,
    returnedAt: invokedAt + 1,
    output,
  });

  it("a value that nobody wrote, or not yet", () => {
    const late = { process: 98, input: { kind: "write" as const, value: 7 }, invokedAt: 5_000, returnedAt: 5_001 };
    const result = checkLinearizability([...crowd(12), read(7, 1_095), late], register(0), { stepsMax: 1_000_000 });
    expect(result).toMatchObject({ verdict: "violated", culprit: { operations: [{ output: 7 }], minimal: true } });
  });

  it("a value that was replaced before the read began", () => {
    const twice = [3, 5].map((at) => ({
      process: 98,
      input: { kind: "write" as const, value: 7 },
      invokedAt: at * 100 + 20,
      returnedAt: at * 100 + 30,
    }));
    const history = [...crowd(12), ...twice];
    const result = checkLinearizability([...history, read(7, 1_095)], register(0), { stepsMax: 1_000_000 });
    expect(result.verdict).toBe("violated");
    if (result.verdict !== "violated") return;
    const { operations, misfit } = result.culprit;
    expect(misfit.output).toBe(7);
    expect(breaks(operations.slice(-7), misfit.returnedAt!, register(0))).toBe(true);
    expect(checkLinearizability([...history, read(7, 525)], register(0)).verdict).toBe("holds");
  });
});
