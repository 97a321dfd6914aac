import { describe, expect, it } from "vitest";
import { checkRecorded, type ObjectConsistency } from "./check-recorded.ts";
import { checkRecordedTransactions } from "./check-transactions.ts";
import { historyModels } from "./history-models.ts";
import { ownModel, type RecordedSpecification } from "./own-model.ts";
import { readHistory } from "./recorded-history.ts";
import type { RecordedVerdict } from "./recorded-verdict.ts";

type Event = readonly [process: number, type: "invoke" | "ok", f: string, value: unknown];

const textOf = (...events: readonly Event[]): string =>
  events.map(([process, type, f, value]) => `${JSON.stringify({ process, type, f, value })}\n`).join("");

const verdictOf = (text: string, model: string, consistency: ObjectConsistency, isLate = false): RecordedVerdict =>
  checkRecorded(readHistory(text), historyModels.find(({ name }) => name === model)!, {
    consistency,
    expired: () => isLate,
  });

describe("time that is over", () => {
  const writes = textOf(
    [0, "invoke", "write", 1],
    [0, "ok", "write", 1],
    [1, "invoke", "read", null],
    [1, "ok", "read", 1],
  );
  it.each(["causal", "pram"] as const)("leaves a history undecided: %s", (consistency) => {
    expect(verdictOf(writes, "register", consistency).verdict).toBe("holds");
    const reason = expect.stringContaining("the time did not suffice") as unknown;
    expect(verdictOf(writes, "register", consistency, true)).toEqual({ verdict: "unknown", reason });
  });

  const transactions = textOf(
    [0, "invoke", "txn", [["w", "x", 1]]],
    [0, "ok", "txn", [["w", "x", 1]]],
    [1, "invoke", "txn", [["r", "x", null]]],
    [1, "ok", "txn", [["r", "x", 1]]],
  );
  it.each([
    ["rw-register", transactions],
    ["list-append", transactions.replaceAll('"w"', '"append"').replaceAll('"r","x",1', '"r","x",[1]')],
  ] as const)("leaves transactions undecided: %s", (workload, text) => {
    const history = readHistory(text);
    expect(checkRecordedTransactions(history, workload, "serializable").verdict).toBe("holds");
    expect(checkRecordedTransactions(history, workload, "serializable", { expired: () => true })).toMatchObject({
      verdict: "unknown",
      reason: "the time did not suffice to decide 2 transactions",
    });
  });

  it.each([
    ["rw-register", "w"],
    ["list-append", "append"],
  ] as const)("leaves transactions undecided whose graph takes too much memory: %s", (workload, kind) => {
    const many = Array.from({ length: 2_000 }, (_, at): readonly Event[] => [
      [at % 5, "invoke", "txn", [[kind, `${at % 3}`, at]]],
      [at % 5, "ok", "txn", [[kind, `${at % 3}`, at]]],
    ]);
    const history = readHistory(textOf(...many.flat()));
    expect(checkRecordedTransactions(history, workload, "strict-serializable").verdict).toBe("holds");
    expect(checkRecordedTransactions(history, workload, "strict-serializable", { bytesMax: 50_000 })).toMatchObject({
      verdict: "unknown",
      reason: "the memory does not suffice to decide 2000 transactions",
    });
  });

  it("is a matter of memory too: a bit for each pair of operations", () => {
    const limits = { consistency: "causal", bytesMax: 3 } as const;
    const model = historyModels.find(({ name }) => name === "register")!;
    expect(checkRecorded(readHistory(textOf([0, "invoke", "write", 1])), model, limits).verdict).toBe("holds");
    expect(checkRecorded(readHistory(writes.repeat(1)), model, { ...limits, bytesMax: 0 }).verdict).toBe("unknown");
  });
});

describe("intervals, as of replicas that converge", () => {
  const added = (...values: readonly number[]): readonly Event[] =>
    values.flatMap((value): Event[] => [
      [0, "invoke", "add", value],
      [0, "ok", "add", value],
    ]);
  const read = (value: unknown): readonly Event[] => [
    [1, "invoke", "read", null],
    [1, "ok", "read", value],
  ];

  it.each([
    {
      what: "a late replica",
      events: [...added(1), ...read([]), ...added(2), ...read([1, 2])],
      at: "violated",
      end: "holds",
    },
    { what: "a lost element", events: [...added(1, 2), ...read([2])], at: "violated", end: "violated" },
    { what: "an element of nobody", events: [...added(1), ...read([1, 9])], at: "violated", end: "violated" },
    {
      what: "every element",
      events: [...added(1), ...read([1]), ...added(2), ...read([2, 1])],
      at: "holds",
      end: "holds",
    },
    { what: "no read at the end", events: [...added(1), ...read([1]), ...added(2)], at: "holds", end: "unknown" },
  ])("a set with $what", ({ events, at, end }) => {
    expect(verdictOf(textOf(...events), "set", "interval").verdict).toBe(at);
    expect(verdictOf(textOf(...events), "set", "final-interval").verdict).toBe(end);
  });

  it("a counter that is behind, and one that never catches up", () => {
    const behind = textOf(...added(5), ...read(0), ...added(2), ...read(7));
    expect(verdictOf(behind, "counter", "interval").verdict).toBe("violated");
    expect(verdictOf(behind, "counter", "final-interval").verdict).toBe("holds");
    const lost = verdictOf(textOf(...added(5, 2), ...read(5)), "counter", "final-interval");
    expect(lost.culprit?.sentence).toContain("not between 7 and 7");
  });

  it("are told of a set or a counter", () => {
    expect(() => verdictOf(textOf([0, "invoke", "write", 1]), "register", "interval")).toThrow(
      /--model set or counter/,
    );
  });
});

describe("snapshot isolation", () => {
  it("is shown by an order of snapshots and commits where no serial order is known", () => {
    const skew = textOf(
      [0, "invoke", "txn", [["r", "x", null], ["append", "y", 1]]], // biome-ignore format: a transaction a line
      [
        1,
        "invoke",
        "txn",
        [
          ["r", "y", null],
          ["append", "x", 1],
        ],
      ],
      [
        0,
        "ok",
        "txn",
        [
          ["r", "x", []],
          ["append", "y", 1],
        ],
      ],
      [
        1,
        "ok",
        "txn",
        [
          ["r", "y", []],
          ["append", "x", 1],
        ],
      ],
      [
        1,
        "invoke",
        "txn",
        [
          ["r", "x", null],
          ["r", "y", null],
        ],
      ],
      [
        1,
        "ok",
        "txn",
        [
          ["r", "x", [1]],
          ["r", "y", [1]],
        ],
      ],
    );
    const { verdict, schedule = [] } = checkRecordedTransactions(
      readHistory(skew),
      "list-append",
      "snapshot-isolation",
    );
    expect(verdict).toBe("holds");
    const moments = schedule.map(({ moment, operation }) => `${operation.text.split(":")[0]} ${moment}`);
    expect(moments).toHaveLength(6);
    // Both read before either wrote.
    for (const snapshot of ["T0 snapshot", "T1 snapshot"])
      for (const commit of ["T0 commit", "T1 commit"])
        expect(moments.indexOf(snapshot)).toBeLessThan(moments.indexOf(commit));
  });
});

describe("a specification of one's own that throws", () => {
  const rules: RecordedSpecification = { name: "mine", init: () => 0, step: (state) => state };
  const fail = (): never => {
    throw new Error("boom");
  };
  it.each(["init", "step", "keyOf", "readOnly", "describe"] as const)("is to blame, with a line: %s", (rule) => {
    const history = readHistory(textOf([0, "invoke", "write", 1], [0, "ok", "write", 1]));
    const check = (): unknown =>
      checkRecorded(history, ownModel(history, { ...rules, [rule]: fail }), { consistency: "linearizable" });
    expect(check).toThrow(new RegExp(`line 1, column 1: the specification of the mine: ${rule} threw \\(boom\\)`));
  });
});
