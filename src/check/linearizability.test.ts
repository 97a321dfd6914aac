import { describe, expect, it } from "vitest";
import { type History, HistoryBuilder } from "./history.ts";
import { checkLinearizability } from "./linearizability.ts";
import { casRegister } from "./specifications/cas-register.ts";
import { keyValue } from "./specifications/key-value.ts";
import { type RegisterInput, register } from "./specifications/register.ts";

type Op = { process: number; input: RegisterInput<number>; invokedAt: number; returnedAt?: number; output?: number };

const write = (process: number, value: number, invokedAt: number, returnedAt?: number): Op => ({
  process,
  input: { kind: "write", value },
  invokedAt,
  ...(returnedAt === undefined ? {} : { returnedAt }),
});

const read = (process: number, output: number, invokedAt: number, returnedAt: number): Op => ({
  process,
  input: { kind: "read" },
  invokedAt,
  returnedAt,
  output,
});

const violation = (history: History<RegisterInput<number>, number>) => {
  const result = checkLinearizability(history, register(0));
  if (result.verdict !== "violated") throw new Error(`the verdict is ${result.verdict}`);
  return result.culprit;
};

describe("linearizability of known histories (rows 47, 48, 51, 79)", () => {
  it("B18: quorum reads without write-back are not linearizable, with 3 operations", () => {
    // set(1) reached only replica A; get at {A, B} sees it, a later get at {B, C} does not.
    const history = [write(0, 1, 0), read(1, 1, 10, 20), read(2, 0, 30, 40)];
    const culprit = violation(history);
    expect(culprit.operations).toEqual(history);
    expect(culprit.misfit).toBe(history[2]);
    expect(culprit.minimal).toBe(true);
    expect(culprit.best).toEqual({ before: 0, order: [history[0], history[1]], after: 1 });
    expect(culprit.sentence).toBe(
      "read → 0 of process 2 finds no place, in no order of these 3 operations: " +
        "at best, after write(1), then read → 1, the register holds 1",
    );
  });

  it("B18: with write-back the later read sees the value too", () => {
    expect(checkLinearizability([write(0, 1, 0), read(1, 1, 10, 20), read(2, 1, 30, 40)], register(0))).toMatchObject({
      verdict: "holds",
    });
  });

  it("B25: new-old inversion, and the regular history without it", () => {
    const inversion = [write(0, 7, 0, 100), read(1, 7, 10, 20), read(2, 0, 30, 40)];
    expect(violation(inversion).operations).toEqual(inversion);
    const regular = [write(0, 7, 0, 100), read(1, 0, 10, 20), read(2, 7, 30, 40)];
    expect(checkLinearizability(regular, register(0)).verdict).toBe("holds");
  });

  it("B25: reads that overlap may see new and old in either order", () => {
    const overlapping = [write(0, 7, 0, 100), read(1, 7, 10, 30), read(2, 0, 20, 40)];
    expect(checkLinearizability(overlapping, register(0)).verdict).toBe("holds");
  });

  it("B26: two compare-and-sets from the same value cannot both win", () => {
    const cas = (process: number, value: number, output: boolean) => ({
      process,
      input: { kind: "cas", expected: 0, value } as const,
      invokedAt: 0,
      returnedAt: 10,
      output,
    });
    const twoWinners = checkLinearizability([cas(1, 1, true), cas(2, 2, true)], casRegister<number>(0));
    expect(twoWinners).toMatchObject({ verdict: "violated", culprit: { minimal: true } });
    expect(twoWinners.verdict === "violated" && twoWinners.culprit.operations).toHaveLength(2);
    expect(checkLinearizability([cas(1, 1, true), cas(2, 2, false)], casRegister<number>(0)).verdict).toBe("holds");
    expect(checkLinearizability([cas(1, 1, false), cas(2, 2, false)], casRegister<number>(0)).verdict).toBe("violated");
  });

  it("the pair in porcupine's README: concurrent reads in both orders, and a stale one", () => {
    const legal = [write(0, 100, 0, 100), read(1, 100, 25, 75), read(2, 0, 30, 60)];
    expect(checkLinearizability(legal, register(0)).verdict).toBe("holds");
    const stale = [write(0, 200, 0, 100), read(1, 200, 10, 30), read(2, 0, 40, 90)];
    expect(checkLinearizability(stale, register(0)).verdict).toBe("violated");
  });

  it("B36, DSLabs lab 1: append, append, get is linearizable with at-most-once, and not without", () => {
    const run = (seen: string) => {
      const history = new HistoryBuilder<Parameters<typeof store.step>[1], string>();
      const call = (input: Parameters<typeof store.step>[1], at: number, output?: string) => {
        history.invoke(1, input, at);
        history.complete(1, output, at + 1);
      };
      call({ kind: "append", key: "foo", suffix: "x" }, 0);
      call({ kind: "append", key: "foo", suffix: "y" }, 2);
      call({ kind: "get", key: "foo" }, 4, seen);
      return checkLinearizability(history.history(), store).verdict;
    };
    const store = keyValue<string>("");
    expect(run("xy")).toBe("holds");
    expect(run("xxy")).toBe("violated");
    expect(run("xyy")).toBe("violated");
    expect(run("yx")).toBe("violated");
  });

  it("B45: a sequentially consistent history that is not linearizable", () => {
    expect(violation([write(0, 1, 0, 10), read(1, 0, 20, 30)]).operations).toHaveLength(2);
  });
});

describe("indeterminate operations", () => {
  it("a write without an answer may take effect late", () => {
    const late = [write(0, 1, 0), read(1, 0, 10, 20), read(1, 0, 30, 40), read(1, 1, 50, 60)];
    const result = checkLinearizability(late, register(0));
    expect(result).toMatchObject({ verdict: "holds", witness: [late[1], late[2], late[0], late[3]] });
  });

  it("or never, and then it is absent from the witness", () => {
    const never = [write(0, 1, 0), read(1, 0, 10, 20), read(1, 0, 30, 40)];
    expect(checkLinearizability(never, register(0))).toMatchObject({
      verdict: "holds",
      witness: [never[1], never[2]],
    });
  });

  it("but not twice", () => {
    const twice = [write(0, 1, 0), read(1, 1, 10, 20), write(2, 2, 30, 40), read(1, 1, 50, 60)];
    expect(violation(twice).operations).toEqual(twice);
    const twoWrites = [...twice, write(3, 1, 5)];
    expect(checkLinearizability(twoWrites, register(0)).verdict).toBe("holds");
  });

  it("and not before its call", () => {
    expect(violation([read(1, 1, 0, 10), write(0, 1, 20)]).operations).toHaveLength(1);
  });

  it("an answer that came but is not known allows any output", () => {
    const unread: History<RegisterInput<number>, number> = [
      write(0, 1, 0, 10),
      { process: 1, input: { kind: "read" }, invokedAt: 20, returnedAt: 30 },
    ];
    expect(checkLinearizability(unread, register(0))).toMatchObject({ verdict: "holds", witness: unread });
  });

  it("a thousand lost writes do not hide a stale read", () => {
    const lost = Array.from({ length: 1000 }, (_, at) => write(at + 10, 2 + (at % 3), at));
    const history = [...lost, write(0, 1, 2000, 2010), read(1, 9, 2020, 2030)];
    const result = checkLinearizability(history, register(0));
    expect(result).toMatchObject({ verdict: "violated", culprit: { misfit: history[1001] } });
  });
});

describe("moments", () => {
  it("equal times count as concurrent", () => {
    expect(checkLinearizability([write(0, 1, 0, 10), read(1, 0, 10, 20)], register(0)).verdict).toBe("holds");
    expect(checkLinearizability([write(0, 1, 0, 10), read(1, 0, 11, 20)], register(0)).verdict).toBe("violated");
  });

  it("unless they are one process's own", () => {
    expect(checkLinearizability([write(0, 1, 0, 10), read(0, 0, 10, 20)], register(0)).verdict).toBe("violated");
  });

  it("events decide where every call and answer has one", () => {
    const builder = new HistoryBuilder<RegisterInput<number>, number>();
    builder.invoke(0, { kind: "write", value: 1 }, 5);
    builder.complete(0, undefined, 5);
    builder.invoke(1, { kind: "read" }, 5);
    builder.complete(1, 0, 5);
    expect(checkLinearizability(builder.history(), register(0)).verdict).toBe("violated");
  });
});

describe("keys", () => {
  const store = keyValue<number>();
  type Input = Parameters<typeof store.step>[1];
  const at = (process: number, input: Input, invokedAt: number, output?: number | null) => ({
    process,
    input,
    invokedAt,
    returnedAt: invokedAt + 15,
    ...(output === undefined ? {} : { output }),
  });

  it("the witness orders all keys by real time", () => {
    const history = [
      at(0, { kind: "put", key: "a", value: 1 }, 0),
      at(1, { kind: "put", key: "b", value: 2 }, 10),
      at(0, { kind: "get", key: "b" }, 20, null),
      at(1, { kind: "get", key: "a" }, 30, 1),
      at(2, { kind: "get", key: "b" }, 40, 2),
    ];
    const result = checkLinearizability(history, store);
    expect(result).toMatchObject({
      verdict: "holds",
      witness: [history[0], history[2], history[1], history[3], history[4]],
    });
  });

  it("the culprit names the key and leaves the others out", () => {
    const result = checkLinearizability(
      [
        at(0, { kind: "put", key: "a", value: 1 }, 0),
        at(1, { kind: "put", key: "b", value: 2 }, 0),
        at(0, { kind: "get", key: "a" }, 20, 1),
        at(1, { kind: "get", key: "b" }, 20, null),
      ],
      store,
    );
    expect(result).toMatchObject({ verdict: "violated", culprit: { key: "b" } });
    expect(result.verdict === "violated" && result.culprit.operations).toHaveLength(2);
  });

  it("a key that is hard does not keep an illegal one from being found", () => {
    // Distinct lost appends to one key: 2^40 sets of them can have taken effect.
    const hard = Array.from({ length: 40 }, (_, i) => ({
      process: 100 + i,
      input: { kind: "append", key: "hard", suffix: `${i};` } as Input,
      invokedAt: i,
    }));
    // By search: who read from whom would tell at once that nobody wrote what was read.
    const { register: _, ...text } = keyValue<string>();
    const never = {
      process: 1,
      input: { kind: "get", key: "hard" } as const,
      invokedAt: 50,
      returnedAt: 60,
      output: "?",
    };
    const illegal = {
      process: 2,
      input: { kind: "get", key: "easy" } as const,
      invokedAt: 50,
      returnedAt: 60,
      output: "?",
    };
    const history = [...hard, never, illegal] as History<Parameters<typeof text.step>[1], string>;
    const limits = { stepsMax: 100_000 };
    expect(checkLinearizability(history, text, limits)).toMatchObject({
      verdict: "violated",
      culprit: { key: "easy" },
    });
    const unknown = checkLinearizability(history.slice(0, -1), text, limits);
    expect(unknown).toEqual({
      verdict: "unknown",
      reason: "100000 steps did not suffice to decide key hard (41 operations)",
      steps: 100_000,
    });
  });

  it("memory has a limit too", () => {
    const lost = Array.from({ length: 40 }, (_, i) => ({
      process: 100 + i,
      input: { kind: "append", key: 1, suffix: `${i};` } as Input,
      invokedAt: i,
    }));
    const history = [
      ...lost,
      { process: 1, input: { kind: "get", key: 1 } as const, invokedAt: 50, returnedAt: 60, output: "?" },
    ];
    const { register: _, ...searched } = keyValue<number>();
    expect(checkLinearizability(history as History<Input, string>, searched, { bytesMax: 1_000_000 })).toMatchObject({
      verdict: "unknown",
      reason: expect.stringContaining("1000000 bytes did not suffice"),
    });
  });
});

describe("culprits", () => {
  it("begin where all orders of what came before agree, in a long history", () => {
    const history: Op[] = [];
    for (let at = 0; at < 500; at++) {
      history.push(write(0, at, 20 * at, 20 * at + 10), read(1, at, 20 * at + 12, 20 * at + 18));
    }
    history.push(read(2, 498, 20_000, 20_010));
    const culprit = violation(history);
    expect(culprit.operations).toEqual([history[1000]]);
    expect(culprit.before).toEqual([499]);
    expect(culprit.longestPrefix).toHaveLength(1000);
    expect(culprit.sentence).toBe(
      "read → 498 of process 2 finds no place: " +
        "the register holds 499, and nothing called before it returned makes it right",
    );
  });

  it("leave out reads that are not needed and writes that could have gone anywhere", () => {
    const history = [
      write(0, 1, 0, 10),
      read(5, 1, 11, 12),
      write(1, 2, 20, 30),
      write(6, 9, 0, 100),
      read(5, 2, 31, 32),
      read(2, 1, 50, 60),
    ];
    expect(violation(history).operations).toEqual([history[0], history[2], history[5]]);
  });

  it("are given without a budget too, as found", () => {
    const history = [write(0, 1, 0, 10), read(5, 1, 11, 12), write(1, 2, 20, 30), read(2, 1, 50, 60)];
    const result = checkLinearizability(history, register(0), { explainStepsMax: 0 });
    expect(result).toMatchObject({
      verdict: "violated",
      culprit: { minimal: false, operations: history, best: { after: 2 } },
    });
  });
});
