import { describe, expect, it } from "vitest";
import { equalContent, hashContent } from "./content-equality.ts";
import type { History } from "./history.ts";
import { checkLinearizability } from "./linearizability.ts";
import { describeOperation, illegal, type Specification, SpecificationError } from "./specification.ts";
import * as specifications from "./specifications/index.ts";

/** Runs operations one after the other: the state they lead to, or the number of the first illegal one. */
const run = <S, I, O>({ init, step }: Specification<S, I, O>, ...operations: readonly [I, O?][]): S | string => {
  let state = init();
  for (const [at, [input, output]] of operations.entries()) {
    const next = step(state, input, output);
    if (next === illegal) return `illegal at ${at}`;
    state = next;
  }
  return state;
};

describe("ready-made specifications", () => {
  it("register, with and without compare-and-set", () => {
    const { register, casRegister } = specifications;
    expect(run(register("a"), [{ kind: "read" }, "a"], [{ kind: "write", value: "b" }], [{ kind: "read" }, "b"])).toBe(
      "b",
    );
    expect(run(register("a"), [{ kind: "write", value: "b" }], [{ kind: "read" }, "a"])).toBe("illegal at 1");
    const cas = casRegister<number | null>(null);
    expect(
      run(cas, [{ kind: "cas", expected: null, value: 1 }, true], [{ kind: "cas", expected: 0, value: 2 }, false]),
    ).toBe(1);
    expect(run(cas, [{ kind: "cas", expected: 0, value: 2 }, true])).toBe("illegal at 0");
    expect(run(cas, [{ kind: "cas", expected: null, value: 2 }], [{ kind: "read" }, 2])).toBe(2);
  });

  it("key-value store", () => {
    const store = specifications.keyValue<number>();
    expect(run(store, [{ kind: "get", key: "a" }, null], [{ kind: "delete", key: "a" }, false])).toEqual(new Map());
    expect(
      run(
        store,
        [{ kind: "put", key: "a", value: 1 }],
        [{ kind: "cas", key: "a", expected: 1, value: 2 }, true],
        [{ kind: "get", key: "a" }, 2],
        [{ kind: "cas", key: "b", expected: null, value: 3 }, true],
        [{ kind: "append", key: "c", suffix: "x" }],
        [{ kind: "append", key: "c", suffix: "y" }],
        [{ kind: "get", key: "c" }, "xy"],
        [{ kind: "delete", key: "a" }, true],
      ),
    ).toEqual(
      new Map<string, number | string>([
        ["b", 3],
        ["c", "xy"],
      ]),
    );
    expect(run(store, [{ kind: "put", key: 1, value: 1 }], [{ kind: "get", key: 2 }, 1])).toBe("illegal at 1");
    expect(run(specifications.keyValue<string>(""), [{ kind: "get", key: "a" }, ""])).toEqual(new Map());
  });

  it("counter, set, queue", () => {
    const { counter, set, queue } = specifications;
    expect(run(counter(5), [{ kind: "add", delta: 2 }, 7], [{ kind: "add", delta: -1 }], [{ kind: "read" }, 6])).toBe(
      6,
    );
    expect(run(counter(), [{ kind: "add", delta: 2 }, 3])).toBe("illegal at 0");
    const members = [{ kind: "read" }, [2, 1]] as const;
    expect(
      run(set<number>([1]), [{ kind: "add", value: 2 }, true], [{ kind: "add", value: 2 }, false], [...members]),
    ).toEqual(new Set([1, 2]));
    expect(run(set<number>([1, 2]), [{ kind: "read" }, [1, 2, 2]])).toBe("illegal at 0");
    expect(run(set<number>([1]), [{ kind: "remove", value: 1 }, true], [{ kind: "contains", value: 1 }, true])).toBe(
      "illegal at 1",
    );
    expect(
      run(queue<number>(), [{ kind: "dequeue" }, null], [{ kind: "enqueue", value: 0 }], [{ kind: "dequeue" }, 0]),
    ).toEqual([]);
    expect(run(queue([1, 2]), [{ kind: "dequeue" }, 2])).toBe("illegal at 0");
    expect(run(queue([1]), [{ kind: "dequeue" }, null])).toBe("illegal at 0");
  });

  it("lock and lists", () => {
    const { lock, listAppend } = specifications;
    expect(
      run(
        lock(),
        [{ kind: "acquire", owner: "a" }, true],
        [{ kind: "acquire", owner: "b" }, false],
        [{ kind: "release", owner: "b" }, false],
        [{ kind: "release", owner: "a" }, true],
        [{ kind: "acquire", owner: "b" }],
      ),
    ).toBe("b");
    expect(run(lock(), [{ kind: "acquire", owner: "a" }], [{ kind: "acquire", owner: "a" }, true])).toBe(
      "illegal at 1",
    );
    const [one, two] = [1, 2].map((value) => ({ kind: "append", key: "k", value }) as const);
    expect(run(listAppend<number>(), [one!], [two!], [{ kind: "read", key: "k" }, [1, 2]])).toEqual(
      new Map([["k", [1, 2]]]),
    );
    expect(run(listAppend<number>(), [one!], [{ kind: "read", key: "j" }, [1]])).toBe("illegal at 1");
  });

  it("each says its operations in words", () => {
    const { register, casRegister, keyValue, counter, set, queue, lock, listAppend } = specifications;
    const done = { returnedAt: 1 };
    expect(describeOperation(register(0), { input: { kind: "read" }, output: 3, ...done })).toBe("read → 3");
    expect(describeOperation(register(0), { input: { kind: "read" }, output: 3 })).toBe("read");
    const cas = { kind: "cas", expected: 0, value: 1 } as const;
    expect(describeOperation(casRegister(0), { input: cas, output: true, ...done })).toBe("cas(0, 1) → true");
    const keyed = { kind: "cas", key: "k", expected: null, value: "v" } as const;
    expect(describeOperation(keyValue<string>(), { input: keyed })).toBe('cas(k, null, "v")');
    expect(describeOperation(counter(), { input: { kind: "add", delta: 1 }, output: 4, ...done })).toBe("add(1) → 4");
    expect(describeOperation(set<number>(), { input: { kind: "add", value: 1 } })).toBe("add(1)");
    expect(describeOperation(queue<number>(), { input: { kind: "dequeue" }, output: null, ...done })).toBe(
      "dequeue → empty",
    );
    expect(describeOperation(lock(), { input: { kind: "release", owner: 2 }, output: true, ...done })).toBe(
      "release(2) → true",
    );
    const read = { kind: "read", key: "k" } as const;
    expect(describeOperation(listAppend<number>(), { input: read, output: [1], ...done })).toBe("read(k) → [1]");
    expect(describeOperation({}, { input: { a: 1 }, output: "b", ...done })).toBe('{a: 1} → "b"');
  });

  it("a list that is appended to and read is linearizable, and not when a read misses an append", () => {
    const lists = specifications.listAppend<number>();
    type Input = Parameters<typeof lists.step>[1];
    const history = (seen: readonly number[]): History<Input, readonly number[]> => [
      { process: 0, input: { kind: "append", key: "k", value: 1 }, invokedAt: 0, returnedAt: 1 },
      { process: 1, input: { kind: "append", key: "k", value: 2 }, invokedAt: 2, returnedAt: 9 },
      { process: 0, input: { kind: "read", key: "k" }, output: seen, invokedAt: 3, returnedAt: 4 },
    ];
    expect([[1], [1, 2], [2], [2, 1], []].map((seen) => checkLinearizability(history(seen), lists).verdict)).toEqual([
      "holds",
      "holds",
      "violated",
      "violated",
      "violated",
    ]);
  });

  it("one that calls a write read-only is found out", () => {
    // Without the view as a register, so that it is searched.
    const { register: _, ...searched } = specifications.register(0);
    const wrong = { ...searched, readOnly: () => true };
    const history = [{ process: 0, input: { kind: "write", value: 1 } as const, invokedAt: 0, returnedAt: 1 }];
    expect(() => checkLinearizability(history, wrong)).toThrow(SpecificationError);
  });
});

describe("equality by content", () => {
  const equal: readonly (readonly [unknown, unknown])[] = [
    [0, -0],
    [
      { a: 1, b: [2, { c: 3 }] },
      { b: [2, { c: 3 }], a: 1 },
    ],
    [new Set([1, 2]), new Set([2, 1])],
    [new Set([[1], [2]]), new Set([[2], [1]])],
    [
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
      new Map([
        ["b", 2],
        ["a", 1],
      ]),
    ],
    [new Map([[{ k: 1 }, [1]]]), new Map([[{ k: 1 }, [1]]])],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    [1.5, 1.5],
    [10n, 10n],
  ];
  const different: readonly (readonly [unknown, unknown])[] = [
    [0, "0"],
    [null, undefined],
    [[], new Set()],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: undefined }, { b: undefined }],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 2 }, 1]])],
    [new Set([1]), new Set([1, 2])],
    [new Set(["1"]), new Set([1])],
    [new Uint8Array([1]), [1]],
    [new Uint8Array([1]), new Uint8Array([2])],
    [1n, 1],
    ["ab", "ba"],
  ];

  it.each(equal)("%o is %o", (a, b) => {
    expect(equalContent(a, b)).toBe(true);
    expect(hashContent(a)).toBe(hashContent(b));
  });

  it.each(different)("%o is not %o", (a, b) => {
    expect(equalContent(a, b)).toBe(false);
    expect(equalContent(b, a)).toBe(false);
    expect(hashContent(a)).not.toBe(hashContent(b));
  });
});
