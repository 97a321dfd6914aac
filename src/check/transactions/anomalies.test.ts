import { describe, expect, it } from "vitest";
import { lists, registers } from "../testing/transaction-notation.ts";
import { checkListAppend } from "./check-list-append.ts";
import { checkRegisters } from "./check-registers.ts";
import type { AnomalyKind, PlainAnomalyKind } from "./consistency-models.ts";
import type { ListAppendTransaction, RegisterTransaction } from "./transaction.ts";

interface Pair {
  /** A smallest history that has the anomaly. */
  readonly has: readonly string[];
  /** One that just does not. */
  readonly hasNot: readonly string[];
}

type WithCycles = { readonly [Kind in Exclude<AnomalyKind, "cyclic-versions">]: Pair };

const onLists: WithCycles = {
  G0: { has: ["x+1 y+1", "x+2 y+2", "x?1,2 y?2,1"], hasNot: ["x+1 y+1", "x+2 y+2", "x?1,2 y?1,2"] },
  "G0-process": {
    has: ["x+2 @0 0-1", "x+1 @0 2-3", "x?1,2"],
    hasNot: ["x+2 @0 0-1", "x+1 @1 2-3", "x?1,2"],
  },
  "G0-realtime": { has: ["x+2 0-1", "x+1 2-3", "x?1,2"], hasNot: ["x+2 0-1", "x+1 1-3", "x?1,2"] },
  G1a: { has: ["!x+1", "x?1"], hasNot: ["~x+1", "x?1"] },
  G1b: { has: ["x+1 x+2", "x?1"], hasNot: ["x+1 x+2", "x?1,2"] },
  G1c: { has: ["x+1 y?1", "y+1 x?1"], hasNot: ["x+1 y?", "y+1 x?1"] },
  "G1c-process": { has: ["x?1 @0 0-1", "x+1 @0 2-3"], hasNot: ["x?1 @0 0-1", "x+1 @1 2-3"] },
  "G1c-realtime": { has: ["x?1 0-1", "x+1 2-3"], hasNot: ["x?1 0-2", "x+1 2-3"] },
  "G-single": { has: ["x+1 y+1", "x?1 y?"], hasNot: ["x+1 y+1", "x? y?"] },
  "G-single-process": { has: ["x+1 @0 0-1", "x? @0 2-3"], hasNot: ["x+1 @0 0-1", "x? @1 2-3"] },
  "G-single-realtime": { has: ["x+1 0-1", "x? 2-3"], hasNot: ["x+1 0-2", "x? 2-3"] },
  "G-nonadjacent": { has: ["x+1", "y+1", "x?1 y?", "x? y?1"], hasNot: ["x+1", "y+1", "x?1 y?", "x?1 y?1"] },
  "G-nonadjacent-process": {
    has: ["x+1 @0 0-5", "y? @0 5-6", "y+1 @1 0-5", "x? @1 5-6"],
    hasNot: ["x+1 @0 0-5", "y? @2 5-6", "y+1 @1 0-5", "x? @1 5-6"],
  },
  "G-nonadjacent-realtime": {
    has: ["x+1", "y+1 0-1", "x?1 y?", "x? 2-3"],
    hasNot: ["x+1", "y+1 0-2", "x?1 y?", "x? 2-3"],
  },
  "G2-item": { has: ["x? y+1", "y? x+1"], hasNot: ["x? y+1", "y?1 x+1"] },
  "G2-item-process": {
    has: ["y+1 @0 0-5", "x? @0 5-9", "x+1 y?"],
    hasNot: ["y+1 @0 0-5", "x? @1 5-9", "x+1 y?"],
  },
  "G2-item-realtime": { has: ["y+1 0-1", "x? 2-3", "x+1 y?"], hasNot: ["y+1 0-2", "x? 2-3", "x+1 y?"] },
  "duplicate-elements": { has: ["x+1", "x?1,1"], hasNot: ["x+1", "x?1"] },
  "unexpected-element": { has: ["x?1"], hasNot: ["x?"] },
  "dirty-update": { has: ["!x+1", "x+2", "x?1,2"], hasNot: ["!x+1", "x+2", "x?2"] },
  "incompatible-order": { has: ["x+1 x+2", "x?2"], hasNot: ["x+1 x+2", "x?1,2"] },
  internal: { has: ["x+1 x?"], hasNot: ["x+1 x?1"] },
  "fractured-read": { has: ["x+1 y+1", "x?1 y?"], hasNot: ["x+1 y+1", "x?1 y?1"] },
  "lost-update": { has: ["x? x+1", "x? x+2"], hasNot: ["x? x+1", "x?1 x+2"] },
};

const kindsOnLists = (history: readonly ListAppendTransaction[]): readonly AnomalyKind[] =>
  checkListAppend(history).anomalies.map(({ kind }) => kind);

/** The history without one of its transactions, or without one of its operations, in every way. */
const smaller = <T extends { readonly operations: readonly unknown[] }>(history: readonly T[]): readonly T[][] =>
  history.flatMap((transaction, at) => [
    history.filter((_, other) => other !== at),
    ...(transaction.operations.length < 2 ? [] : transaction.operations).map((_, left) =>
      history.map((one, other) => {
        if (other !== at) return one;
        return { ...one, operations: one.operations.filter((_, operation) => operation !== left) };
      }),
    ),
  ]);

describe("each anomaly on lists: a smallest history that has it, and one that just does not", () => {
  it.each(Object.entries(onLists) as [AnomalyKind, Pair][])("%s", (kind, { has, hasNot }) => {
    expect(kindsOnLists(lists(...has))).toContain(kind);
    expect(kindsOnLists(lists(...hasNot))).not.toContain(kind);
    for (const less of smaller(lists(...has))) expect(kindsOnLists(less), JSON.stringify(less)).not.toContain(kind);
  });

  it("incompatible order: two reads that no order of appends gives, or one with a transaction's own turned around", () => {
    expect(kindsOnLists(lists("x+1", "x+2", "x?1", "x?2"))).toContain("incompatible-order");
    expect(kindsOnLists(lists("x+1", "x+2", "x?1", "x?1,2"))).toEqual([]);
    expect(kindsOnLists(lists("x+1 x+2", "x?2,1"))).toContain("incompatible-order");
  });

  it("G-nonadjacent: not where two of the missed writes follow each other anywhere on the cycle", () => {
    const history = lists("x?1 y?", "y+1 z?", "z+1 t+1", "t?1 u?", "u+1 x+1");
    const result = checkListAppend(history, { consistency: "snapshot-isolation" });
    expect(result.verdict).toBe("holds");
    expect(result.anomalies.map(({ kind }) => kind)).toEqual(["G2-item"]);
  });

  it("G0: an append that the longest list lacks came after it", () => {
    expect(kindsOnLists(lists("x+1 y+1", "x+2 y+2", "x+3 y+3", "x?1,2", "y?2"))).toContain("G0");
    expect(kindsOnLists(lists("x+1 y+1", "x+2 y+2", "x+3 y+3", "x?1,2", "y?1,2"))).toEqual([]);
  });

  it("lost update: not where one transaction appends twice", () => {
    expect(kindsOnLists(lists("x? x+1 x+2", "x?1,2"))).toEqual([]);
  });

  it("internal: reads that are not repeated, and appends seen before they are made", () => {
    for (const torn of ["x? x?1", "x?1 x?", "x+2 x?2,1"])
      expect(kindsOnLists(lists("x+1", torn))).toContain("internal");
    expect(kindsOnLists(lists("x?1 x+1"))).toContain("internal");
    expect(kindsOnLists(lists("x+1", "x?1 x+2 x?1,2"))).toEqual([]);
  });
});

describe("culprits on lists", () => {
  it("tell every step", () => {
    const result = checkListAppend(lists("x+1", "y+1", "x?1 y?", "x? y?1"), { consistency: "snapshot-isolation" });
    expect(result.verdict === "violated" && result.culprit).toMatchObject({
      kind: "G-nonadjacent",
      transactions: [2, 1, 3, 0],
      steps: [
        { from: 2, to: 1, dependency: "rw", sentence: "T2 did not observe T1's append of 1 to key y" },
        { from: 1, to: 3, dependency: "wr", sentence: "T3 observed T1's append of 1 to key y" },
        { from: 3, to: 0, dependency: "rw", sentence: "T3 did not observe T0's append of 1 to key x" },
        { from: 0, to: 2, dependency: "wr", sentence: "T2 observed T0's append of 1 to key x" },
      ],
    });
  });

  it("tell of sessions and of time", () => {
    const history = lists("x+1 @4 0-1", "x+2 @5 2-3", "x? @4 2-3");
    const session = checkListAppend(history, { consistency: "strong-session-serializable" });
    expect(session.verdict === "violated" && session.culprit.sentence).toBe(
      "T2 < T0 < T2: T2 did not observe T0's append of 1 to key x; process 4 called T2 after T0",
    );
    const apart = checkListAppend(lists("x+1 @4 0-1", "x+2 @5 2-3", "x? @6 2-3"));
    expect(apart.verdict === "violated" && apart.culprit.sentence).toBe(
      "T2 < T0 < T2: T2 did not observe T0's append of 1 to key x; T0 had returned when T2 was called",
    );
  });

  it("are short where the history is long", () => {
    const many = Array.from(
      { length: 300 },
      (_, at) => `x+${at + 1} y?${at === 0 ? "" : at} y+${at + 1} ${10 * at}-${10 * at + 5}`,
    );
    const list = Array.from({ length: 300 }, (_, at) => at + 1);
    const history = lists(...many).map((transaction, at) => ({
      ...transaction,
      operations: transaction.operations.map((operation) =>
        operation.kind === "read" ? { ...operation, value: list.slice(0, at) } : operation,
      ),
    }));
    expect(checkListAppend(history).verdict).toBe("holds");
    const stale = [...history, ...lists("x?1,2,3 9000-9001")];
    const result = checkListAppend(stale);
    expect(result.verdict === "violated" && result.culprit).toMatchObject({
      kind: "G-single-realtime",
      transactions: [300, 3],
    });
  });
});

describe("indeterminate transactions", () => {
  it("took effect as a whole when anybody saw a part", () => {
    expect(kindsOnLists(lists("~x+1 y+1", "x?1 y?"))).toContain("G-single");
    expect(kindsOnLists(lists("~x+1 y+1", "x? y?"))).toEqual([]);
  });

  it("may take effect at any later time, and what they read is not known", () => {
    expect(checkListAppend(lists("~x+1 @0 0-1", "x? 5-6", "x?1 7-8")).verdict).toBe("holds");
    expect(checkListAppend(lists("~x+1 y?7,8", "x?1")).verdict).toBe("holds");
  });

  it("but not before their call", () => {
    expect(checkListAppend(lists("x?1 0-1", "~x+1 2-3")).verdict).toBe("violated");
  });
});

describe("what cannot be told from lists", () => {
  it("a value that is appended twice", () => {
    const result = checkListAppend(lists("x+1", "x+1", "x?1"));
    expect(result).toMatchObject({
      verdict: "unknown",
      reason: "1 is appended twice to key x, so who was observed cannot be told",
    });
    expect(checkListAppend(lists("x+1", "x+1", "!y+1", "y?1 x?1")).verdict).toBe("violated");
  });

  it("snapshot isolation, where an order decides that nobody saw", () => {
    const skew = ["x? y+1 z+1", "y? x+1 z+2"];
    const result = checkListAppend(lists(...skew), { consistency: "snapshot-isolation" });
    expect(result).toMatchObject({
      verdict: "unknown",
      reason: "the last appends to key z (T0, T1) were never read: their order decides, and is not known",
    });
    const seen = checkListAppend(lists(...skew, "z?1,2"), { consistency: "snapshot-isolation" });
    expect(seen.verdict).toBe("violated");
  });
});

const onRegisters: { readonly [kind: string]: Pair } = {
  G1a: { has: ["!x=1", "x?1"], hasNot: ["~x=1", "x?1"] },
  G1b: { has: ["x=1 x=2", "x?1"], hasNot: ["x=1 x=2", "x?2"] },
  G1c: { has: ["x=1 y?1", "y=1 x?1"], hasNot: ["x=1 y?", "y=1 x?1"] },
  "G1c-process": { has: ["x?1 @0 0-1", "x=1 @0 2-3"], hasNot: ["x?1 @0 0-1", "x=1 @1 2-3"] },
  "G1c-realtime": { has: ["x?1 0-1", "x=1 2-3"], hasNot: ["x?1 0-2", "x=1 2-3"] },
  "G-single": { has: ["x=1 y=1", "x?1 y?"], hasNot: ["x=1 y=1", "x? y?"] },
  "G-single-process": { has: ["x=1 @0 0-1", "x? @0 2-3"], hasNot: ["x=1 @0 0-1", "x? @1 2-3"] },
  "G-single-realtime": { has: ["x=1 0-1", "x? 2-3"], hasNot: ["x=1 0-2", "x? 2-3"] },
  "G-nonadjacent": { has: ["x=1", "y=1", "x?1 y?", "x? y?1"], hasNot: ["x=1", "y=1", "x?1 y?", "x?1 y?1"] },
  "G2-item": { has: ["x? y=1", "y? x=1"], hasNot: ["x? y=1", "y?1 x=1"] },
  "unexpected-element": { has: ["x?1"], hasNot: ["x?"] },
  "dirty-update": { has: ["!x=1", "x?1 x=2"], hasNot: ["!x=1", "x? x=2"] },
  internal: { has: ["x=1 x?"], hasNot: ["x=1 x?1"] },
  "fractured-read": { has: ["x=1 y=1", "x?1 y?"], hasNot: ["x=1 y=1", "x?1 y?1"] },
  "lost-update": { has: ["x? x=1", "x? x=2"], hasNot: ["x? x=1", "x?1 x=2"] },
};

const kindsOnRegisters = (history: readonly RegisterTransaction[]): readonly AnomalyKind[] =>
  checkRegisters(history).anomalies.map(({ kind }) => kind);

describe("anomalies on registers: a smallest history that has it, and one that just does not", () => {
  it.each(Object.entries(onRegisters) as [AnomalyKind, Pair][])("%s", (kind, { has, hasNot }) => {
    expect(kindsOnRegisters(registers(...has))).toContain(kind);
    expect(kindsOnRegisters(registers(...hasNot))).not.toContain(kind);
    for (const less of smaller(registers(...has))) expect(kindsOnRegisters(less)).not.toContain(kind);
  });

  it("a culprit tells every step", () => {
    const result = checkRegisters(registers("x=1 y=1", "x?1 y?"));
    expect(result.verdict === "violated" && result.culprit.sentence).toBe(
      "T1 < T0 < T1: T1 read null from key y, before T0 wrote 1; T1 read 1 from key x, which T0 wrote",
    );
  });
});

describe("the order of versions of a register", () => {
  it("is known where a transaction reads one and writes the next", () => {
    const chain = ["x=1", "x?1 x=2 0-9", "x?2 x=3 y=1", "y?1 x?1"];
    expect(kindsOnRegisters(registers(...chain))).toContain("G-single");
    expect(kindsOnRegisters(registers(...chain.slice(0, 3), "y?1 x?3"))).toEqual([]);
  });

  it("is otherwise not, and then the reason is given unless some order explains everything", () => {
    const blind = ["x=1 y=1", "x=2 y=2", "x?1 y?2"];
    expect(checkRegisters(registers(...blind), { consistency: "serializable" })).toMatchObject({
      verdict: "unknown",
      reason: "the order of T0's write of 1 and T1's write of 2 to key x cannot be inferred",
    });
    const right = checkRegisters(registers("x=1 y=1 0-5", "x=2 y=2 0-6", "x?2 y?2"), { consistency: "serializable" });
    expect(right).toMatchObject({ verdict: "holds", order: [0, 1, 2] });
    expect(checkRegisters(registers(...blind), { consistency: "read-committed" }).verdict).toBe("holds");
    expect(checkRegisters(registers(...blind), { consistency: "snapshot-isolation" }).verdict).toBe("unknown");
  });

  it("may be taken from time, or from sessions, where a key is known to keep them", () => {
    const blind = registers("x=1 y=1 @0 0-1", "x=2 y=2 @0 2-3", "x?1 y?2");
    for (const assumption of [{ sequentialKeys: true }, { linearizableKeys: true }]) {
      const result = checkRegisters(blind, { consistency: "serializable", ...assumption });
      expect(result.verdict === "violated" && result.culprit.sentence).toBe(
        "T2 < T1 < T2: T2 read 1 from key x, before T1 wrote 2; T2 read 2 from key y, which T1 wrote",
      );
    }
  });

  it("is that of time, or of sessions, where the model forbids to miss what was written before", () => {
    const stale = registers("x=1 0-1", "x=2 2-3", "x?1 4-5");
    const strict = checkRegisters(stale);
    expect(strict.verdict === "violated" && strict.culprit).toMatchObject({
      kind: "G-single-realtime",
      sentence:
        "T2 < T1 < T2: T2 read 1 from key x, before T1 wrote 2, as real time has it; T1 had returned when T2 was called",
    });
    expect(strict.ruledOut).toEqual(["strong-snapshot-isolation", "strict-serializable"]);
    expect(checkRegisters(stale, { consistency: "strong-session-serializable" }).verdict).toBe("holds");
    const own = checkRegisters(registers("x=1 @0 0-1", "x=2 @0 2-3", "x?1 @0 4-5"), {
      consistency: "strong-session-snapshot-isolation",
    });
    expect(own.verdict === "violated" && own.culprit.kind).toBe("G-single-process");
    // A weaker model than that may order the writes the other way round.
    expect(checkRegisters(stale, { consistency: "strong-read-committed" }).verdict).toBe("holds");
  });

  it("what was there before all writes is never the newer version", () => {
    for (const assumption of [{}, { linearizableKeys: true }, { sequentialKeys: true }]) {
      const result = checkRegisters(registers("x=1 @0 0-1", "x?1 @1 2-3", "x? @1 4-5"), assumption);
      expect(result.verdict).toBe("violated");
    }
  });

  it("cyclic-versions: a key that is not as it is assumed to be", () => {
    const writes = ["x=1", "x=2", "x?1 @5 0-1", "x?2 @5 2-3", "x?2 @6 0-1"];
    const kind: PlainAnomalyKind = "cyclic-versions";
    for (const assumption of [{ sequentialKeys: true }, { linearizableKeys: true }]) {
      const kinds = (last: string): readonly AnomalyKind[] =>
        checkRegisters(registers(...writes, last), assumption).anomalies.map((anomaly) => anomaly.kind);
      expect(kinds("x?1 @6 4-5")).toContain(kind);
      expect(kinds("x?2 @6 4-5")).not.toContain(kind);
    }
    expect(kindsOnRegisters(registers(...writes, "x?1 @6 4-5"))).not.toContain(kind);
  });

  it("a value that is written twice", () => {
    expect(checkRegisters(registers("x=1", "x=1", "x?1"))).toMatchObject({
      verdict: "unknown",
      reason: "1 is written twice to key x, so who was observed cannot be told",
    });
  });
});
