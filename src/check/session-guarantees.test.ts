import { describe, expect, it } from "vitest";
import { HistoryError, type Operation } from "./history.ts";
import type { ReadWriteInput } from "./reads-from.ts";
import {
  checkMonotonicReads,
  checkMonotonicWrites,
  checkReadYourWrites,
  checkWritesFollowReads,
} from "./session-guarantees.ts";

type Op = Operation<ReadWriteInput, unknown>;

const replicas = new WeakMap<object, string>();
const replicaOf = ({ input }: Op) => replicas.get(input);

/** `x=1` writes, `x:1` reads (`x:0` reads the initial value); `@A` is the replica. One moment after the other. */
const history = (...steps: readonly (readonly [process: number, what: string])[]): Op[] =>
  steps.map(([process, what], at) => {
    const [, key, kind, value, replica] = /^(\w)([=:])(\d+)(?:@(\w))?$/.exec(what) as unknown as string[];
    const times = { process, invokedAt: 10 * at, returnedAt: 10 * at + 5 };
    if (kind === "=") return { ...times, input: { kind: "put" as const, key: key!, value: Number(value) } };
    const input = { kind: "get" as const, key: key! };
    if (replica !== undefined) replicas.set(input, replica);
    return { ...times, input, output: Number(value) };
  });

const known = { initial: 0 };
const byReplica = { initial: 0, replicaOf };

describe("read your writes (row 85)", () => {
  it("a client that hops to a replica that lags", () => {
    const stale = history([1, "x=1"], [1, "x:0"]);
    expect(checkReadYourWrites(stale, known)).toEqual({
      verdict: "violated",
      exercised: 1,
      culprit: {
        operations: stale,
        sentence: "get(x) → 0 of process 1 answers something older than its own put(x, 1) of process 1",
      },
    });
    expect(checkReadYourWrites(history([1, "x=1"], [1, "x:1"]), known)).toEqual({ verdict: "holds", exercised: 1 });
  });

  it("an older write of its own", () => {
    expect(checkReadYourWrites(history([1, "x=1"], [1, "x=2"], [1, "x:1"]), known).verdict).toBe("violated");
  });

  it("somebody else's value may be newer, or not, when the order of versions is known", () => {
    const other = history([2, "x=5"], [1, "x=1"], [1, "x:5"]);
    expect(checkReadYourWrites(other, known).verdict).toBe("holds");
    expect(checkReadYourWrites(other, { ...known, versionOrder: () => [1, 5] }).verdict).toBe("holds");
    expect(checkReadYourWrites(other, { ...known, versionOrder: () => [5, 1] }).verdict).toBe("violated");
  });

  it("last writer wins: the session's later write may be the older version", () => {
    const lost = history([1, "x=1"], [1, "x=2"], [1, "x:1"]);
    const skewed = { ...known, versionOrder: () => [2, 1] };
    expect(checkReadYourWrites(lost, skewed).verdict).toBe("holds");
    expect(checkMonotonicWrites(lost, skewed).verdict).toBe("violated");
  });

  it("a write without an answer is not owed, a read without one says nothing", () => {
    const [write, read] = history([1, "x=1"], [1, "x:0"]) as [Op, Op];
    const { returnedAt: _, ...open } = write;
    expect(checkReadYourWrites([open, read], known).verdict).toBe("unknown");
    const { output: __, ...unread } = read;
    expect(checkReadYourWrites([write, unread], known).verdict).toBe("unknown");
  });

  it("is unknown when no session reads what it wrote", () => {
    expect(checkReadYourWrites(history([1, "x=1"], [2, "x:0"], [1, "y:0"]), known)).toEqual({
      verdict: "unknown",
      exercised: 0,
      reason: "never exercised: no session reads a key that it wrote",
    });
  });
});

describe("monotonic reads (row 85)", () => {
  it("back to before all writes", () => {
    const result = checkMonotonicReads(history([1, "x=1"], [2, "x:1"], [2, "x:0"]), known);
    expect(result).toMatchObject({
      verdict: "violated",
      culprit: { sentence: "get(x) → 0 of process 2 comes after get(x) → 1 of process 2 and answers something older" },
    });
  });

  it("back to a value seen before, or to an earlier write of the same writer", () => {
    const writes = [
      [1, "x=1"],
      [3, "x=2"],
    ] as const;
    expect(checkMonotonicReads(history(...writes, [2, "x:1"], [2, "x:2"], [2, "x:1"]), known).verdict).toBe("violated");
    expect(checkMonotonicReads(history(...writes, [2, "x:2"], [2, "x:1"]), known).verdict).toBe("holds");
    const oneWriter = history([1, "x=1"], [1, "x=2"], [2, "x:2"], [2, "x:1"]);
    expect(checkMonotonicReads(oneWriter, known).verdict).toBe("violated");
  });

  it("sessions and keys apart", () => {
    const apart = history([1, "x=1"], [2, "x:1"], [3, "x:0"], [3, "x:1"], [2, "y:0"], [2, "x:1"]);
    expect(checkMonotonicReads(apart, known)).toEqual({ verdict: "holds", exercised: 2 });
  });
});

describe("monotonic writes (row 85)", () => {
  it("a replica that applied the second write without the first", () => {
    const result = checkMonotonicWrites(history([1, "x=1"], [1, "y=2"], [2, "y:2@A"], [3, "x:0@A"]), byReplica);
    expect(result).toMatchObject({
      verdict: "violated",
      culprit: {
        sentence:
          "monotonic writes: the replica showed put(y, 2) of process 1 in get(y) → 2 of process 2, so it has put(x, 1) " +
          "of process 1 too; yet get(x) → 0 of process 3 answers something older",
      },
    });
  });

  it("a replica that applied them in the wrong order", () => {
    const wrong = history([1, "x=1"], [1, "x=2"], [2, "x:2@A"], [2, "x:1@A"]);
    expect(checkMonotonicWrites(wrong, byReplica).verdict).toBe("violated");
  });

  it("a reader that hops between replicas is no evidence", () => {
    const hops = history([1, "x=1"], [1, "x=2"], [2, "x:2@A"], [2, "x:1@B"]);
    expect(checkMonotonicWrites(hops, byReplica).verdict).toBe("unknown");
    expect(checkMonotonicReads(hops, known).verdict).toBe("violated");
    const lags = history([1, "x=1"], [1, "y=2"], [2, "y:2@A"], [2, "x:0@B"], [2, "x:1@A"]);
    expect(checkMonotonicWrites(lags, byReplica)).toMatchObject({ verdict: "holds" });
  });

  it("reads that overlap are no evidence", () => {
    const [a, b, first, second] = history([1, "x=1"], [1, "y=2"], [2, "y:2@A"], [3, "x:0@A"]) as [Op, Op, Op, Op];
    expect(checkMonotonicWrites([a, b, { ...first, returnedAt: 100 }, second], byReplica).verdict).toBe("unknown");
  });

  it("nothing can be told without knowing replicas or versions", () => {
    expect(checkMonotonicWrites(history([1, "x=1"], [1, "x=2"], [2, "x:2"], [2, "x:1"]), known)).toMatchObject({
      verdict: "unknown",
      reason: expect.stringContaining("which replica answered"),
    });
  });
});

describe("writes follow reads (row 85)", () => {
  const answerWithoutQuestion = history([1, "x=1"], [2, "x:1@A"], [2, "y=2"], [3, "y:2@B"], [3, "x:0@B"]);

  it("the answer is there and the question is not", () => {
    expect(checkWritesFollowReads(answerWithoutQuestion, byReplica)).toMatchObject({
      verdict: "violated",
      culprit: { operations: [0, 2, 3, 4].map((at) => answerWithoutQuestion[at]) },
    });
    expect(checkMonotonicWrites(answerWithoutQuestion, byReplica).verdict).toBe("unknown");
  });

  it("through a chain of sessions", () => {
    const chain = history([1, "x=1"], [2, "x:1@A"], [2, "y=2"], [3, "y:2@A"], [3, "z=3"], [4, "z:3@B"], [4, "x:0@B"]);
    expect(checkWritesFollowReads(chain, byReplica).verdict).toBe("violated");
  });

  it("of one key: what was read is older than what was written next", () => {
    const same = history([1, "x=1"], [2, "x:1@A"], [2, "x=2"], [3, "x:2@B"], [3, "x:1@B"]);
    expect(checkWritesFollowReads(same, byReplica).verdict).toBe("violated");
    const right = history([1, "x=1"], [2, "x:1@A"], [2, "x=2"], [3, "x:1@B"], [3, "x:2@B"]);
    expect(checkWritesFollowReads(right, byReplica).verdict).not.toBe("violated");
  });

  it("by the order of versions", () => {
    const same = history([1, "x=1"], [2, "x:1"], [2, "x=2"]);
    expect(checkWritesFollowReads(same, { ...known, versionOrder: () => [2, 1] }).verdict).toBe("violated");
    expect(checkWritesFollowReads(same, { ...known, versionOrder: () => [1, 2] })).toEqual({
      verdict: "holds",
      exercised: 1,
    });
  });
});

describe("histories that say nothing", () => {
  it("a value written twice, or the initial one, hides who was read from", () => {
    expect(() => checkMonotonicReads(history([1, "x=1"], [2, "x=1"]), known)).toThrow(HistoryError);
    expect(() => checkMonotonicReads(history([1, "x=0"]), known)).toThrow("0 is the initial value");
    expect(checkMonotonicReads(history([1, "x=1"], [2, "y=1"], [1, "x:1"], [1, "x:1"]), known).verdict).toBe("holds");
  });

  it("a value that nobody wrote", () => {
    expect(checkReadYourWrites(history([1, "x=1"], [1, "x:7"]), known)).toMatchObject({
      verdict: "unknown",
      reason: expect.stringContaining("answers what nobody wrote"),
    });
  });
});
