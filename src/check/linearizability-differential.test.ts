import { describe, expect, it } from "vitest";
import type { History, Operation } from "./history.ts";
import { checkLinearizability } from "./linearizability.ts";
import type { Culprit } from "./linearizability-culprit.ts";
import type { Specification } from "./specification.ts";
import { casRegister } from "./specifications/cas-register.ts";
import { type CounterInput, counter } from "./specifications/counter.ts";
import { keyValue } from "./specifications/key-value.ts";
import { lock } from "./specifications/lock.ts";
import { queue } from "./specifications/queue.ts";
import { type RegisterInput, register } from "./specifications/register.ts";
import { set } from "./specifications/set.ts";
import { agree } from "./testing/agree.ts";
import { explains, inRealTime, isExplainedBy } from "./testing/brute-force.ts";
import { smallSizes, verdictByPermutations } from "./testing/permutation-comparison.ts";
import { type HistoryShape, randomHistory } from "./testing/random-histories.ts";

type Shape<I, O> = Omit<HistoryShape<I, O>, "operations" | "processes" | "indeterminate">;

/** Proves by brute force what a culprit claims. */
const isCulprit = <S, I, O>(
  { operations, best, before, misfit, longestPrefix }: Culprit<S, I, O>,
  history: History<I, O>,
  { init, step }: Specification<S, I, O>,
): boolean => {
  // The answer goes into the input, so that an operation without a return keeps it.
  type Told = { readonly input: I; readonly output: O | undefined };
  const told: Specification<S, Told, O> = {
    name: "told",
    init,
    step: (s, { input, output }) => step(s, input, output),
  };
  const isEarly = ({ returnedAt }: Operation<I, O>) => returnedAt !== undefined && returnedAt <= misfit.returnedAt!;
  const tell = (operation: Operation<I, O>, isLoose: boolean): Operation<Told, O> => ({
    process: operation.process,
    input: { input: operation.input, output: operation.returnedAt === undefined ? undefined : operation.output },
    invokedAt: operation.invokedAt,
    ...(isLoose || operation.returnedAt === undefined ? {} : { returnedAt: operation.returnedAt }),
  });
  // What returned after the misfit, or is not shown, may take effect at any time: the rest must fail all the same.
  const all = history.map((operation) => tell(operation, !operations.includes(operation) || !isEarly(operation)));
  return (
    before.every((state) => !explains(all, { ...told, init: () => state }, inRealTime)) &&
    operations.includes(misfit) &&
    best.order.every((operation) => operations.includes(operation) && operation !== misfit) &&
    isExplainedBy(
      best.order.map((o) => tell(o, !isEarly(o))),
      told,
      best.before,
      inRealTime,
    ) &&
    isExplainedBy(
      longestPrefix.map((o) => tell(o, !isEarly(o))),
      told,
      init(),
      inRealTime,
    ) &&
    history.every((o) => o === misfit || !(o.returnedAt! < misfit.returnedAt!) || longestPrefix.includes(o))
  );
};

/** Compares verdicts, and proves every witness and every culprit by brute force. */
const compare = <S, I, O>(specification: Specification<S, I, O>, shape: Shape<I, O>, histories: number) => {
  const seen = { holds: 0, violated: 0, unknown: 0, shrunk: 0 };
  for (let seed = 1; seed <= histories; seed++) {
    const history = randomHistory(seed, specification, { ...shape, ...smallSizes[seed % smallSizes.length]! });
    const told = (): string => `seed ${seed}: ${JSON.stringify(history)}`;
    const result = verdictByPermutations(history, specification, told);
    seen[result.verdict]++;
    if (result.verdict !== "violated") continue;
    agree(isCulprit(result.culprit, history, specification), true, told);
    if (result.culprit.operations.length < history.length) seen.shrunk++;
  }
  return seen;
};

describe("the verdict is that of a search through all permutations (row 79)", () => {
  const value = (draw: (bound: number) => number) => draw(3);

  it("register", () => {
    const shape: Shape<Parameters<ReturnType<typeof register<number>>["step"]>[1], number> = {
      input: (draw) => (draw(2) === 0 ? { kind: "read" } : { kind: "write", value: value(draw) }),
      output: (draw, input) => (input.kind === "read" ? value(draw) : undefined),
    };
    const seen = compare(register(0), shape, 3000);
    expect(seen.holds).toBeGreaterThan(900);
    expect(seen.violated).toBeGreaterThan(700);
    expect(seen.shrunk).toBeGreaterThan(300);
  });

  it("register with compare-and-set", () => {
    const specification = casRegister<number>(0);
    const shape: Shape<Parameters<typeof specification.step>[1], number | boolean> = {
      input: (draw) => {
        const kind = draw(4);
        if (kind === 0) return { kind: "read" };
        if (kind === 1) return { kind: "write", value: value(draw) };
        return { kind: "cas", expected: value(draw), value: value(draw) };
      },
      output: (draw, { kind }) => (kind === "read" ? value(draw) : kind === "cas" ? draw(2) === 0 : undefined),
    };
    const seen = compare(specification, shape, 3000);
    expect(seen.holds).toBeGreaterThan(900);
    expect(seen.violated).toBeGreaterThan(700);
  });

  it("queue", () => {
    const specification = queue<number>();
    const shape: Shape<Parameters<typeof specification.step>[1], number | null> = {
      input: (draw) => (draw(2) === 0 ? { kind: "dequeue" } : { kind: "enqueue", value: value(draw) }),
      output: (draw, { kind }) => (kind === "enqueue" ? undefined : draw(3) === 0 ? null : value(draw)),
    };
    const seen = compare(specification, shape, 3000);
    expect(seen.holds).toBeGreaterThan(900);
    expect(seen.violated).toBeGreaterThan(700);
  });

  it("set, counter and lock", () => {
    const sets = set<number>();
    const ofSet: Shape<Parameters<typeof sets.step>[1], boolean | readonly number[]> = {
      input: (draw) =>
        draw(4) === 0
          ? { kind: "read" }
          : { kind: (["add", "remove", "contains"] as const)[draw(3)]!, value: value(draw) },
      output: (draw, { kind }) =>
        kind === "read" ? [0, 1, 2].filter(() => draw(2) === 0) : draw(3) === 0 ? undefined : draw(2) === 0,
    };
    expect(compare(sets, ofSet, 1000).violated).toBeGreaterThan(100);
    const ofCounter: Shape<Parameters<ReturnType<typeof counter>["step"]>[1], number> = {
      input: (draw) => (draw(2) === 0 ? { kind: "read" } : { kind: "add", delta: draw(3) - 1 }),
      output: (draw) => (draw(3) === 0 ? undefined : draw(5) - 2),
    };
    expect(compare(counter(), ofCounter, 1000).violated).toBeGreaterThan(100);
    const ofLock: Shape<Parameters<ReturnType<typeof lock>["step"]>[1], boolean> = {
      input: (draw) => ({ kind: draw(2) === 0 ? "acquire" : "release", owner: draw(2) }),
      output: (draw) => draw(2) === 0,
    };
    expect(compare(lock(), ofLock, 1000).violated).toBeGreaterThan(100);
  });

  it("counter with many lost additions, of which different ones can make up the same sum", () => {
    const shape: HistoryShape<CounterInput, number> = {
      operations: 8,
      processes: 5,
      indeterminate: 0,
      input: (draw) => (draw(2) === 0 ? { kind: "read" } : { kind: "add", delta: 1 + draw(3) }),
      output: (draw) => draw(9),
    };
    const seen = { holds: 0, violated: 0, unknown: 0 };
    for (let seed = 1; seed <= 2000; seed++) {
      // Only additions are lost.
      const history = randomHistory(seed, counter(), shape).map(({ process, input, invokedAt, returnedAt, output }) =>
        input.kind === "add" || returnedAt === undefined
          ? { process, input, invokedAt }
          : { process, input, invokedAt, returnedAt, ...(output === undefined ? {} : { output }) },
      );
      const result = checkLinearizability(history, counter());
      expect(result.verdict, `seed ${seed}`).toBe(explains(history, counter(), inRealTime) ? "holds" : "violated");
      seen[result.verdict]++;
    }
    expect(seen.holds).toBeGreaterThan(500);
    expect(seen.violated).toBeGreaterThan(500);
  });

  it("culprits that begin late: from every state they name, and from no other", () => {
    const seen = { late: 0, small: 0, several: 0, excluded: 0 };
    for (let seed = 1; seed <= 1000; seed++) {
      const shape: HistoryShape<RegisterInput<number>, number> = {
        operations: 60,
        processes: 4,
        indeterminate: 3,
        input: (draw) => (draw(2) === 0 ? { kind: "read" } : { kind: "write", value: draw(6) }),
        output: (draw, { kind }) => (kind === "read" ? draw(6) : undefined),
      };
      const history = randomHistory(seed, register(0), shape);
      const result = checkLinearizability(history, register(0));
      if (result.verdict !== "violated") continue;
      const { operations, before, beginsAt, misfit } = result.culprit;
      const isEarly = ({ returnedAt }: Operation<RegisterInput<number>, number>) =>
        returnedAt !== undefined && returnedAt <= misfit.returnedAt!;
      const open = ({ process, input, invokedAt }: Operation<RegisterInput<number>, number>) => ({
        process,
        input,
        invokedAt,
      });
      // Other writes, if not over before, may take effect at any time; other reads say nothing.
      const rest = history.flatMap((o) => {
        if (operations.includes(o) && isEarly(o)) return [o];
        return o.input.kind === "write" && !(o.returnedAt !== undefined && o.returnedAt < beginsAt) ? [open(o)] : [];
      });
      for (const state of before)
        expect(checkLinearizability(rest, register(state)).verdict, `seed ${seed}`).toBe("violated");
      // A read at that moment answers one of the states, by what had returned by then, or what an open write wrote.
      const past = history.filter((o) => o.invokedAt < beginsAt);
      const cut = past.map((o) => (o.returnedAt !== undefined && o.returnedAt < beginsAt ? o : open(o)));
      const possible: readonly unknown[] = [
        ...before,
        ...cut.flatMap(({ input, ...o }) => ("value" in input && !("returnedAt" in o) ? [input.value] : [])),
      ];
      for (let value = 0; value < 6; value++) {
        if (possible.includes(value)) continue;
        const input = { kind: "read" } as const;
        const probe = { process: 99, input, invokedAt: beginsAt - 0.5, returnedAt: beginsAt - 0.4, output: value };
        expect(checkLinearizability([...cut, probe], register(0)).verdict, `seed ${seed}, value ${value}`).toBe(
          "violated",
        );
        seen.excluded++;
      }
      if (past.length > 24) seen.late++;
      if (operations.length <= 6) seen.small++;
      if (before.length > 1) seen.several++;
    }
    expect(seen.late, JSON.stringify(seen)).toBeGreaterThan(20);
    expect(seen.small).toBeGreaterThan(50);
    expect(seen.several).toBeGreaterThan(5);
    expect(seen.excluded).toBeGreaterThan(100);
  });

  it("key-value store: key by key as a whole", () => {
    const whole = keyValue<number>();
    const { keyOf: _, ...unsplit } = whole;
    const shape: HistoryShape<Parameters<typeof whole.step>[1], number | string | null | boolean> = {
      operations: 12,
      processes: 4,
      indeterminate: 15,
      input: (draw) => {
        const key = "ab"[draw(2)]!;
        const kind = draw(6);
        if (kind < 2) return { kind: "get", key };
        if (kind === 2) return { kind: "put", key, value: value(draw) };
        if (kind === 3) return { kind: "append", key, suffix: `${value(draw)}` };
        if (kind === 4) return { kind: "delete", key };
        return { kind: "cas", key, expected: draw(2) === 0 ? null : value(draw), value: value(draw) };
      },
      output: (draw, { kind }) => (kind === "get" ? value(draw) : kind === "cas" ? draw(2) === 0 : undefined),
    };
    const seen = { holds: 0, violated: 0, unknown: 0 };
    for (let seed = 1; seed <= 1500; seed++) {
      const history = randomHistory(seed, whole, shape);
      const split = checkLinearizability(history, whole);
      expect(split.verdict, `seed ${seed}`).toBe(checkLinearizability(history, unsplit).verdict);
      if (split.verdict === "holds") {
        expect(isExplainedBy(split.witness, whole, whole.init(), inRealTime), `seed ${seed}`).toBe(true);
      }
      seen[split.verdict]++;
    }
    expect(seen.holds).toBeGreaterThan(400);
    expect(seen.violated).toBeGreaterThan(400);
  });
});
