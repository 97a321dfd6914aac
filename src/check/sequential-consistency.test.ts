import { describe, expect, it } from "vitest";
import { HistoryError, type Operation } from "./history.ts";
import { checkLinearizability } from "./linearizability.ts";
import { checkSequentialConsistency } from "./sequential-consistency.ts";
import type { Specification } from "./specification.ts";
import { keyValue } from "./specifications/key-value.ts";
import { queue } from "./specifications/queue.ts";
import { type RegisterInput, register } from "./specifications/register.ts";
import { agree } from "./testing/agree.ts";
import { explains, inProgramOrder, isExplainedBy } from "./testing/brute-force.ts";
import { type HistoryShape, randomHistory } from "./testing/random-histories.ts";

const store = keyValue<number>(0);
type StoreInput = Parameters<typeof store.step>[1];

const put = (process: number, key: string, value: number, at: number): Operation<StoreInput, number> => ({
  process,
  input: { kind: "put", key, value },
  invokedAt: at,
  returnedAt: at + 5,
});

const get = (process: number, key: string, output: number, at: number): Operation<StoreInput, number> => ({
  process,
  input: { kind: "get", key },
  invokedAt: at,
  returnedAt: at + 5,
  output,
});

describe("sequential consistency of known histories (row 50)", () => {
  it("B45: a stale read by another process is sequentially consistent, not linearizable", () => {
    const history = [put(0, "x", 1, 0), get(1, "x", 0, 10), get(1, "x", 1, 20)];
    const result = checkSequentialConsistency(history, store);
    expect(result).toMatchObject({ verdict: "holds", witness: [history[1], history[0], history[2]] });
    expect(checkLinearizability(history, store).verdict).toBe("violated");
  });

  it("B45: two processes that see two concurrent writes in opposite orders are causal at best", () => {
    const history = [
      put(0, "x", 1, 0),
      put(1, "x", 2, 1),
      get(2, "x", 1, 10),
      get(3, "x", 2, 11),
      get(2, "x", 2, 20),
      get(3, "x", 1, 21),
    ];
    const result = checkSequentialConsistency(history, store);
    expect(result).toMatchObject({ verdict: "violated", culprit: { minimal: true, operations: history } });
  });

  it("two readers that see two independent writes in opposite orders (IRIW) are not", () => {
    const iriw = [
      put(0, "x", 1, 0),
      put(1, "y", 1, 1),
      get(2, "x", 1, 10),
      get(3, "y", 1, 11),
      get(2, "y", 0, 20),
      get(3, "x", 0, 21),
    ];
    expect(checkSequentialConsistency(iriw, store)).toMatchObject({
      verdict: "violated",
      culprit: { operations: iriw },
    });
    expect(checkSequentialConsistency(iriw.slice(0, 5), store).verdict).toBe("holds");
  });

  it("store buffering (Dekker): both read the old value of what the other wrote", () => {
    const dekker = [put(0, "x", 1, 0), get(0, "y", 0, 10), put(1, "y", 1, 0), get(1, "x", 0, 10)];
    const result = checkSequentialConsistency([...dekker, put(2, "z", 1, 0), get(3, "z", 1, 5)], store);
    // The unrelated key is not shown, and neither key alone is at fault: the property is not local.
    expect(result).toMatchObject({ verdict: "violated", culprit: { minimal: true } });
    expect(result.verdict === "violated" && new Set(result.culprit.operations)).toEqual(new Set(dekker));
    for (const key of ["x", "y"]) {
      const ofKey = dekker.filter(({ input }) => input.key === key);
      expect(checkSequentialConsistency(ofKey, store).verdict).toBe("holds");
    }
  });

  it("says what cannot come next", () => {
    const result = checkSequentialConsistency([put(0, "x", 1, 0), get(0, "x", 0, 10)], store);
    expect(result.verdict === "violated" && result.culprit.sentence).toBe(
      "no order keeps every process's own: at best after put(x, 1), the key-value store holds " +
        'Map{"x" => 1}, and get(x) → 0 of process 0 cannot come next',
    );
  });

  it("refuses a process that does two things at once, for it has no program order", () => {
    const history = [put(0, "x", 1, 0), get(0, "x", 0, 3)];
    expect(() => checkSequentialConsistency(history, store)).toThrow(HistoryError);
    expect(() => checkSequentialConsistency(history, store)).toThrow("process 0 has two operations open at 3");
  });

  it("is unknown, not broken, when the budget ends", () => {
    const history = Array.from({ length: 16 }, (_, process) => put(process, `${process}`, 1, 0)).concat(
      Array.from({ length: 16 }, (_, process) => get(process, `${(process + 1) % 16}`, 0, 10)),
    );
    expect(checkSequentialConsistency(history, store, { stepsMax: 50 })).toEqual({
      verdict: "unknown",
      reason: "50 steps did not suffice to decide 32 operations",
      steps: expect.any(Number),
    });
  });
});

describe("the verdict is that of a search through all permutations", () => {
  const shapes = [
    { operations: 6, processes: 3, indeterminate: 0 },
    { operations: 6, processes: 2, indeterminate: 25 },
    { operations: 7, processes: 4, indeterminate: 10 },
  ];

  it("two keys of a store", () => {
    const shape: Pick<HistoryShape<StoreInput, number | string | boolean | null>, "input" | "output"> = {
      input: (draw) => {
        const key = "xy"[draw(2)]!;
        return draw(2) === 0 ? { kind: "get", key } : { kind: "put", key, value: draw(3) };
      },
      output: (draw, { kind }) => (kind === "get" ? draw(3) : undefined),
    };
    const seen = { holds: 0, violated: 0, unknown: 0, onlySequential: 0 };
    for (let seed = 1; seed <= 3000; seed++) {
      const history = randomHistory(seed, store, { ...shape, ...shapes[seed % shapes.length]! });
      const result = checkSequentialConsistency(history, store);
      const told = (): string => `seed ${seed}`;
      agree(result.verdict, explains(history, store, inProgramOrder) ? "holds" : "violated", told);
      seen[result.verdict]++;
      if (result.verdict === "holds") {
        agree(isExplainedBy(result.witness, store, store.init(), inProgramOrder), true, told);
        if (checkLinearizability(history, store).verdict === "violated") seen.onlySequential++;
      } else if (result.verdict === "violated") {
        // Linearizable implies sequential.
        agree(checkLinearizability(history, store).verdict, "violated", told);
        const { operations, best } = result.culprit;
        agree(explains(operations, store, inProgramOrder), false, told);
        agree(isExplainedBy(best.order, store, store.init(), inProgramOrder), true, told);
      }
    }
    expect(seen.holds).toBeGreaterThan(1000);
    expect(seen.violated).toBeGreaterThan(500);
    expect(seen.onlySequential).toBeGreaterThan(100);
  });

  it("a queue, and a register", () => {
    const fifo = queue<number>();
    const ofQueue: Pick<HistoryShape<Parameters<typeof fifo.step>[1], number | null>, "input" | "output"> = {
      input: (draw) => (draw(2) === 0 ? { kind: "dequeue" } : { kind: "enqueue", value: draw(3) }),
      output: (draw, { kind }) => (kind === "enqueue" ? undefined : draw(3) === 0 ? null : draw(3)),
    };
    const ofRegister: Pick<HistoryShape<RegisterInput<number>, number>, "input" | "output"> = {
      input: (draw) => (draw(2) === 0 ? { kind: "read" } : { kind: "write", value: draw(3) }),
      output: (draw, { kind }) => (kind === "read" ? draw(3) : undefined),
    };
    const compare = <S, I, O>(
      seed: number,
      specification: Specification<S, I, O>,
      some: Pick<HistoryShape<I, O>, "input" | "output">,
    ): void => {
      const history = randomHistory(seed, specification, { ...some, ...shapes[seed % shapes.length]! });
      const expected = explains(history, specification, inProgramOrder) ? "holds" : "violated";
      agree(checkSequentialConsistency(history, specification).verdict, expected, () => `seed ${seed}`);
    };
    for (let seed = 1; seed <= 1000; seed++) {
      compare(seed, fifo, ofQueue);
      compare(seed, register(0), ofRegister);
    }
  });
});
