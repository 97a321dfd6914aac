import { describe, expect, it } from "vitest";
import { checkCausalConsistency } from "./causal-consistency.ts";
import type { Operation } from "./history.ts";
import { checkLinearizability } from "./linearizability.ts";
import { checkPramConsistency } from "./pram-consistency.ts";
import type { ReadWriteInput } from "./reads-from.ts";
import { checkSequentialConsistency } from "./sequential-consistency.ts";
import {
  checkMonotonicReads,
  checkMonotonicWrites,
  checkReadYourWrites,
  checkWritesFollowReads,
} from "./session-guarantees.ts";
import { keyValue } from "./specifications/key-value.ts";
import { readsAndWrites } from "./testing/read-write-notation.ts";

type Op = Operation<ReadWriteInput, number>;
type StoreHistory = Parameters<typeof checkLinearizability<ReadonlyMap<string, number>, never, number>>[0];

const store = keyValue<number>(0) as never;
const initial = { initial: 0 };
/** Process 9 reads at one replica; where everybody else reads is not known. */
const atReplica = {
  initial: 0,
  replicaOf: ({ process }: Operation<ReadWriteInput, unknown>) => (process === 9 ? "A" : undefined),
};

const checkers = {
  linearizable: (history: readonly Op[]) => checkLinearizability(history as StoreHistory, store).verdict,
  sequential: (history: readonly Op[]) => checkSequentialConsistency(history as StoreHistory, store).verdict,
  causal: (history: readonly Op[]) => checkCausalConsistency(history, initial).verdict,
  PRAM: (history: readonly Op[]) => checkPramConsistency(history, initial).verdict,
  "read your writes": (history: readonly Op[]) => checkReadYourWrites(history, initial).verdict,
  "monotonic reads": (history: readonly Op[]) => checkMonotonicReads(history, initial).verdict,
  "monotonic writes": (history: readonly Op[]) => checkMonotonicWrites(history, atReplica).verdict,
  "writes follow reads": (history: readonly Op[]) => checkWritesFollowReads(history, atReplica).verdict,
};

interface Pair {
  readonly has: readonly Op[];
  readonly hasNot: readonly Op[];
}

const overlapping: readonly [number, number] = [0, 100];

/** A smallest history of each model, as strange as the model allows, and one that just is not of it. */
const table: { readonly [Model in keyof typeof checkers]: Pair } = {
  linearizable: {
    has: readsAndWrites([1, "x=1", overlapping], [2, "x:0", [10, 20]]),
    hasNot: readsAndWrites([1, "x=1", [0, 5]], [2, "x:0", [10, 20]]),
  },
  // B45
  sequential: {
    has: readsAndWrites([1, "x=1"], [2, "x:0"], [2, "x:1"]),
    hasNot: readsAndWrites([1, "x=1"], [1, "y:0"], [2, "y=1"], [2, "x:0"]),
  },
  // B45
  causal: {
    has: readsAndWrites([1, "x=1"], [1, "y:0"], [2, "y=1"], [2, "x:0"]),
    hasNot: readsAndWrites([1, "x=1"], [2, "x:1"], [2, "y=1"], [3, "y:1"], [3, "x:0"]),
  },
  PRAM: {
    has: readsAndWrites([1, "x=1"], [2, "x:1"], [2, "y=1"], [3, "y:1"], [3, "x:0"]),
    hasNot: readsAndWrites([1, "x=1"], [1, "x:0"]),
  },
  "read your writes": {
    has: readsAndWrites([1, "x=1"], [1, "x:1"]),
    hasNot: readsAndWrites([1, "x=1"], [1, "x:0"]),
  },
  "monotonic reads": {
    has: readsAndWrites([1, "x=1"], [2, "x:0"], [2, "x:1"]),
    hasNot: readsAndWrites([1, "x=1"], [2, "x:1"], [2, "x:0"]),
  },
  "monotonic writes": {
    has: readsAndWrites([1, "x=1"], [1, "y=1"], [9, "y:1"], [9, "x:1"]),
    hasNot: readsAndWrites([1, "x=1"], [1, "y=1"], [9, "y:1"], [9, "x:0"]),
  },
  "writes follow reads": {
    has: readsAndWrites([1, "x=1"], [2, "x:1"], [2, "y=1"], [9, "y:1"], [9, "x:1"]),
    hasNot: readsAndWrites([1, "x=1"], [2, "x:1"], [2, "y=1"], [9, "y:1"], [9, "x:0"]),
  },
};

describe("each consistency model of single operations: a smallest history that has it, and one that just does not", () => {
  it.each(Object.entries(table) as [keyof typeof checkers, Pair][])("%s", (model, { has, hasNot }) => {
    const check = checkers[model];
    expect(check(has)).toBe("holds");
    expect(check(hasNot)).toBe("violated");
    // Smallest: without any of its operations it is not violated any more.
    for (const left of hasNot.keys()) {
      const less = hasNot.filter((_, at) => at !== left);
      // A value that nobody wrote breaks most models by itself: it goes together with its write.
      const written = new Set(less.flatMap(({ input }) => ("value" in input ? [`${input.key}${input.value}`] : [])));
      const grounded = less.filter(
        ({ input, output }) => "value" in input || output === 0 || written.has(`${input.key}${output}`),
      );
      expect(check(grounded), JSON.stringify(grounded)).not.toBe("violated");
    }
  });

  it("each model of all processes allows what the stronger ones allow", () => {
    const order = ["linearizable", "sequential", "causal", "PRAM"] as const;
    for (const { has, hasNot } of Object.values(table)) {
      for (const history of [has, hasNot]) {
        const verdicts = order.map((model) => checkers[model](history));
        expect(verdicts, JSON.stringify(history)).toEqual([...verdicts].sort().reverse());
      }
    }
  });
});
