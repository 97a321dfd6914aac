import { describe, expect, it } from "vitest";
import { checkCausalConsistency } from "./causal-consistency.ts";
import type { Operation } from "./history.ts";
import { checkLinearizability } from "./linearizability.ts";
import type { ReadWriteInput } from "./reads-from.ts";
import { checkSequentialConsistency } from "./sequential-consistency.ts";
import {
  checkMonotonicReads,
  checkMonotonicWrites,
  checkReadYourWrites,
  checkWritesFollowReads,
} from "./session-guarantees.ts";
import { type KeyValueInput, keyValue } from "./specifications/key-value.ts";
import { agree } from "./testing/agree.ts";
import { drawing, type HistoryShape, randomHistory } from "./testing/random-histories.ts";
import { readsAndWrites } from "./testing/read-write-notation.ts";

type Input = KeyValueInput<number> & ReadWriteInput;
type Op = Operation<Input, number>;

const history = (...steps: readonly (readonly [process: number, what: string])[]): Op[] =>
  readsAndWrites(...steps) as Op[];

const initial = { initial: 0 };
const store = keyValue<number>(0);

describe("causal consistency of known histories (row 50)", () => {
  it("B45: concurrent writes seen in opposite orders are causal, not sequentially consistent", () => {
    const opposite = history([0, "x=1"], [1, "x=2"], [2, "x:1"], [3, "x:2"], [2, "x:2"], [3, "x:1"]);
    expect(checkCausalConsistency(opposite, initial)).toMatchObject({ verdict: "holds" });
    expect(checkSequentialConsistency(opposite, store).verdict).toBe("violated");
  });

  it("B45: the same with causally ordered writes is not causal", () => {
    const ordered = history([0, "x=1"], [1, "x:1"], [1, "x=2"], [2, "x:1"], [3, "x:2"], [2, "x:2"], [3, "x:1"]);
    const result = checkCausalConsistency(ordered, initial);
    // Process 2 sees both in the right order: it is not at fault.
    expect(result).toMatchObject({
      verdict: "violated",
      culprit: {
        operations: [0, 1, 2, 4, 6].map((at) => ordered[at]),
        minimal: true,
        sentence:
          "get(x) → 1 of process 3 comes after put(x, 2) of process 1, which for that process comes after put(x, 1) of process 0",
      },
    });
  });

  it("B16: the reply is seen and the message it replies to is not", () => {
    const reply = history([0, "x=1"], [1, "x:1"], [1, "y=2"], [2, "y:2"], [2, "x:0"]);
    expect(checkCausalConsistency(reply, initial)).toMatchObject({
      verdict: "violated",
      culprit: {
        operations: reply,
        sentence: "get(x) → 0 of process 2 comes after put(x, 1) of process 0, causally, and does not see it",
      },
    });
  });

  it("store buffering is causal, and so is IRIW", () => {
    expect(checkCausalConsistency(history([0, "x=1"], [1, "y=1"], [0, "y:0"], [1, "x:0"]), initial).verdict).toBe(
      "holds",
    );
    const iriw = history([0, "x=1"], [1, "y=1"], [2, "x:1"], [2, "y:0"], [3, "y:1"], [3, "x:0"]);
    expect(checkCausalConsistency(iriw, initial).verdict).toBe("holds");
  });

  it("two reads of one process that no single order explains", () => {
    const backAndForth = history([0, "x=1"], [1, "x=2"], [2, "x:1"], [2, "x:2"], [2, "x:1"]);
    expect(checkCausalConsistency(backAndForth, initial).verdict).toBe("violated");
  });

  it("a read of what nobody wrote, and one that causes what it reads", () => {
    expect(checkCausalConsistency(history([0, "x=1"], [1, "x:7"]), initial)).toMatchObject({
      verdict: "violated",
      culprit: { sentence: "get(x) → 7 of process 1 answers what nobody wrote" },
    });
    expect(checkCausalConsistency(history([0, "y:1"], [0, "x=1"], [1, "x:1"], [1, "y=1"]), initial)).toMatchObject({
      verdict: "violated",
      culprit: { sentence: expect.stringContaining("causally precedes itself") },
    });
  });

  it("a write without an answer may come after what its process did next", () => {
    const [write, other, seen, unseen] = history([0, "x=1"], [0, "y=1"], [1, "y:1"], [1, "x:0"]) as [Op, Op, Op, Op];
    expect(checkCausalConsistency([write, other, seen, unseen], initial).verdict).toBe("violated");
    const { returnedAt: _, ...open } = write;
    expect(checkCausalConsistency([open, other, seen, unseen], initial).verdict).toBe("holds");
  });

  it("is unknown, not broken, when the budget ends", () => {
    const long = Array.from({ length: 40 }, (_, at) => [at % 4, `x=${at + 1}`] as const);
    expect(checkCausalConsistency(history(...long), { ...initial, workMax: 20 }).verdict).toBe("unknown");
  });
});

const isRead = ({ input }: Op) => input.kind === "get";

/** What took effect, and what causally precedes each of it; null where a read answers what nobody wrote. */
const causesIn = (all: readonly Op[]): ReadonlyMap<Op, readonly Op[]> | null => {
  const writes = all.filter((operation) => !isRead(operation));
  const foundSources = new Map<Op, Op | undefined>();
  const sourceOf = (read: Op): Op | undefined => {
    if (!foundSources.has(read)) foundSources.set(read, writerOf(read));
    return foundSources.get(read);
  };
  const writerOf = (read: Op): Op | undefined =>
    writes.find(({ input }) => input.key === read.input.key && "value" in input && input.value === read.output);
  const reads = all.filter((operation) => isRead(operation) && operation.returnedAt !== undefined);
  if (reads.some((read) => read.output !== 0 && sourceOf(read) === undefined)) return null;
  const known = [...reads, ...writes.filter((w) => w.returnedAt !== undefined || reads.some((r) => sourceOf(r) === w))];
  const direct = (a: Op, b: Op) =>
    (a.process === b.process && a.returnedAt !== undefined && a.invokedAt < b.invokedAt) ||
    (isRead(b) && sourceOf(b) === a);
  const precedes = (a: Op, b: Op, seen: Op[] = []): boolean =>
    known.some((c) => direct(a, c) && (c === b || (!seen.includes(c) && precedes(c, b, [...seen, c]))));
  return new Map(known.map((a) => [a, known.filter((b) => precedes(b, a))]));
};

/** Ahamad's definition, by trying every order for every process. */
const isCausalMemory = (all: readonly Op[]): boolean => {
  const before = causesIn(all);
  if (before === null) return false;
  const known = [...before.keys()];
  const serializes = (left: readonly Op[], state: ReadonlyMap<unknown, number>): boolean =>
    left.length === 0 ||
    left.some((next) => {
      if (before.get(next)?.some((earlier) => left.includes(earlier))) return false;
      const rest = left.filter((other) => other !== next);
      if (isRead(next)) return (state.get(next.input.key) ?? 0) === next.output && serializes(rest, state);
      return "value" in next.input && serializes(rest, new Map(state).set(next.input.key, next.input.value as number));
    });
  const processes = new Set(known.map(({ process }) => process));
  return [...processes].every((own) =>
    serializes(
      known.filter((o) => !isRead(o) || o.process === own),
      new Map(),
    ),
  );
};

/** Whether a view has all that took effect but the reads of others, keeps causality and explains the reads in it. */
const isView = (
  all: readonly Op[],
  { process, order }: { readonly process: number; readonly order: unknown },
): boolean => {
  const seen = order as readonly Op[];
  const before = causesIn(all)!;
  const due = [...before.keys()].filter((each) => !isRead(each) || each.process === process);
  const state = new Map<unknown, number>();
  return (
    new Set(seen).size === seen.length &&
    due.every((each) => seen.includes(each)) &&
    seen.every((each, at) => !before.get(each)?.some((cause) => seen.indexOf(cause) >= at)) &&
    seen.every(({ input, output }) => {
      if ("value" in input) state.set(input.key, input.value as number);
      else return (state.get(input.key) ?? 0) === output;
      return true;
    })
  );
};

describe("random histories with unique values", () => {
  let value = 0;
  const shape: HistoryShape<Input, number | string | boolean | null> = {
    operations: 7,
    processes: 3,
    indeterminate: 10,
    input: (draw) => {
      const key = draw(3) === 0 ? "y" : "x";
      return draw(5) < 3 ? { kind: "get", key } : { kind: "put", key, value: ++value };
    },
    output: (draw, { kind }) => (kind === "get" ? Math.min(draw(4), value) : undefined),
  };
  const random = (seed: number, more: Partial<typeof shape> = {}): Op[] => {
    value = 0;
    return randomHistory(seed, store, { ...shape, ...more }) as Op[];
  };

  it("the verdict is that of a search through all orders, and what is shown contradicts itself", () => {
    const seen = { holds: 0, violated: 0, unknown: 0 };
    for (let seed = 1; seed <= 2000; seed++) {
      const one = random(seed);
      const result = checkCausalConsistency(one, initial);
      const told = (): string => `seed ${seed}`;
      agree(result.verdict, isCausalMemory(one) ? "holds" : "violated", told);
      seen[result.verdict]++;
      if (result.verdict === "holds") {
        const unseen = new Set(one.map(({ process }) => process));
        for (const view of result.views) {
          agree(isView(one, view), true, told);
          unseen.delete(view.process);
        }
        // Who only has reads without an answer has seen nothing.
        agree(
          [...unseen].every((process) => one.every((op) => op.process !== process || isRead(op))),
          true,
          told,
        );
      }
      if (result.verdict === "violated") agree(isCausalMemory(result.culprit.operations as Op[]), false, told);
    }
    expect(seen.holds).toBeGreaterThan(600);
    expect(seen.violated).toBeGreaterThan(500);
  });

  it("linearizable implies sequential implies causal implies the session guarantees", () => {
    const seen = { linearizable: 0, sequential: 0, causal: 0, neither: 0 };
    const oneReplica = { initial: 0, replicaOf: () => "A" };
    for (let seed = 1; seed <= 1500; seed++) {
      const one = random(seed, { operations: 10, processes: 4 });
      const isCausal = checkCausalConsistency(one, initial).verdict === "holds";
      const isSequential = checkSequentialConsistency(one, store).verdict === "holds";
      const isLinearizable = checkLinearizability(one, store).verdict === "holds";
      if (isLinearizable) expect(isSequential, `seed ${seed}`).toBe(true);
      if (isSequential) expect(isCausal, `seed ${seed}`).toBe(true);
      if (isCausal) {
        expect(checkReadYourWrites(one, initial).verdict, `seed ${seed}`).not.toBe("violated");
        expect(checkMonotonicReads(one, initial).verdict, `seed ${seed}`).not.toBe("violated");
      }
      if (isLinearizable) {
        expect(checkMonotonicWrites(one, oneReplica).verdict, `seed ${seed}`).not.toBe("violated");
        expect(checkWritesFollowReads(one, oneReplica).verdict, `seed ${seed}`).not.toBe("violated");
      }
      seen[isLinearizable ? "linearizable" : isSequential ? "sequential" : isCausal ? "causal" : "neither"]++;
    }
    expect(seen.linearizable).toBeGreaterThan(300);
    expect(seen.sequential).toBeGreaterThan(30);
    expect(seen.neither).toBeGreaterThan(500);
  });

  it("what replicas answer that apply writes in causal order is causal, whatever else it is", () => {
    const seen = { sequential: 0, notSequential: 0, monotonicWrites: 0, writesFollowReads: 0 };
    for (let seed = 1; seed <= 1000; seed++) {
      const one = causalStore(drawing(seed));
      const atOwn = { initial: 0, replicaOf: ({ process }: Op) => process };
      expect(checkCausalConsistency(one, initial).verdict, `seed ${seed}`).toBe("holds");
      expect(checkReadYourWrites(one, initial).verdict, `seed ${seed}`).not.toBe("violated");
      const [follows, writes] = [checkWritesFollowReads(one, atOwn), checkMonotonicWrites(one, atOwn)];
      expect([follows.verdict, writes.verdict], `seed ${seed}`).not.toContain("violated");
      if (writes.verdict === "holds") seen.monotonicWrites++;
      if (follows.verdict === "holds") seen.writesFollowReads++;
      seen[checkSequentialConsistency(one, store).verdict === "holds" ? "sequential" : "notSequential"]++;
    }
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(100);
  });
});

/** Three processes, each at a replica of its own; writes travel by causal broadcast. */
const causalStore = (draw: (bound: number) => number): Op[] => {
  const sites = [0, 1, 2].map(() => ({ values: new Map<string, number>(), delivered: [0, 0, 0] }));
  const sent: { readonly key: string; readonly value: number; readonly past: readonly number[] }[][] = [[], [], []];
  const made: Op[] = [];
  for (let at = 0; made.length < 16; at++) {
    const process = draw(3);
    const site = sites[process]!;
    const origin = draw(3);
    const next = sent[origin]![site.delivered[origin]!];
    const key = "xy"[draw(2)]!;
    const times = { process, invokedAt: at, returnedAt: at + 0.5 };
    if (draw(2) === 0) {
      if (next?.past.every((count, node) => count <= site.delivered[node]!)) {
        site.values.set(next.key, next.value);
        site.delivered[origin]!++;
      }
    } else if (draw(3) > 0) {
      made.push({ ...times, input: { kind: "get", key }, output: site.values.get(key) ?? 0 });
    } else {
      const value = at + 1;
      sent[process]!.push({ key, value, past: [...site.delivered] });
      site.delivered[process]!++;
      site.values.set(key, value);
      made.push({ ...times, input: { kind: "put", key, value } });
    }
  }
  return made;
};
