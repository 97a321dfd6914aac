import { describe, expect, it } from "vitest";
import { checkCausalConsistency } from "./causal-consistency.ts";
import { HistoryError, type Operation } from "./history.ts";
import { checkPramConsistency } from "./pram-consistency.ts";
import type { ReadWriteInput } from "./reads-from.ts";
import { keyValue } from "./specifications/key-value.ts";
import { explains, inProgramOrder, isExplainedBy } from "./testing/brute-force.ts";
import { drawing, type HistoryShape, randomHistory } from "./testing/random-histories.ts";
import { readsAndWrites } from "./testing/read-write-notation.ts";

const initial = { initial: 0 };
const store = keyValue<number>(0);

describe("pipelined memory of known histories (row 50)", () => {
  it("an answer before its question is PRAM, not causal", () => {
    const history = readsAndWrites([1, "x=1"], [2, "x:1"], [2, "y=2"], [3, "y:2"], [3, "x:0"]);
    expect(checkPramConsistency(history, initial)).toMatchObject({ verdict: "holds" });
    expect(checkCausalConsistency(history, initial).verdict).toBe("violated");
  });

  it("two writes of one process in the wrong order are not", () => {
    const history = readsAndWrites([1, "x=1"], [1, "y=2"], [3, "y:2"], [3, "x:0"]);
    expect(checkPramConsistency(history, initial)).toEqual({
      verdict: "violated",
      culprit: {
        process: 3,
        operations: history,
        minimal: true,
        sentence: "get(x) → 0 of process 3 comes after put(x, 1) of process 1, causally, and does not see it",
      },
    });
  });

  it("is unknown, not broken, when the budget ends, and refuses values that are written twice", () => {
    const long = readsAndWrites(...Array.from({ length: 40 }, (_, at) => [at % 4, `x=${at + 1}`] as const));
    expect(checkPramConsistency(long, { ...initial, workMax: 20 }).verdict).toBe("unknown");
    expect(() => checkPramConsistency(readsAndWrites([1, "x=1"], [2, "x=1"]), initial)).toThrow(HistoryError);
  });
});

describe("random histories with unique values", () => {
  it("the verdict is that of a search through all orders for each process", () => {
    let value = 0;
    const shape: HistoryShape<ReadWriteInput & Parameters<typeof store.step>[1], number | string | boolean | null> = {
      operations: 7,
      processes: 3,
      indeterminate: 10,
      input: (draw) => {
        const key = draw(3) === 0 ? "y" : "x";
        return draw(5) < 3 ? { kind: "get", key } : { kind: "put", key, value: ++value };
      },
      output: (draw, { kind }) => (kind === "get" ? Math.min(draw(4), value) : undefined),
    };
    const seen = { holds: 0, violated: 0, unknown: 0 };
    for (let seed = 1; seed <= 400; seed++) {
      value = 0;
      const history = randomHistory(seed, store, shape) as Operation<ReadWriteInput, number>[];
      const result = checkPramConsistency(history, initial);
      const processes = new Set(history.map(({ process }) => process));
      const isPram = [...processes].every((own) =>
        explains(
          history.filter(({ process, input }) => process === own || input.kind === "put") as Parameters<
            typeof explains
          >[0],
          store as unknown as Parameters<typeof explains>[1],
          inProgramOrder,
        ),
      );
      expect(result.verdict, `seed ${seed}`).toBe(isPram ? "holds" : "violated");
      seen[result.verdict]++;
      for (const { process, order } of result.verdict === "holds" ? result.views : []) {
        expect(isExplainedBy(order, store as never, store.init() as never, inProgramOrder), `seed ${seed}`).toBe(true);
        const due = history.filter(
          ({ process: by, input, returnedAt }) => returnedAt !== undefined && (by === process || input.kind === "put"),
        );
        expect(
          due.every((each) => order.includes(each)),
          `seed ${seed}`,
        ).toBe(true);
      }
    }
    expect(seen.holds).toBeGreaterThan(100);
    expect(seen.violated).toBeGreaterThan(80);
  });

  it("what replicas answer that apply each other's writes first in, first out is PRAM, not always causal", () => {
    let notCausal = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const history = fifoStore(drawing(seed));
      expect(checkPramConsistency(history, initial).verdict, `seed ${seed}`).toBe("holds");
      if (checkCausalConsistency(history, initial).verdict === "violated") notCausal++;
    }
    expect(notCausal).toBeGreaterThan(0);
  });
});

/** Three processes, each at a replica of its own; writes come in the order in which each process made them, to a key of its own. */
const fifoStore = (draw: (bound: number) => number): Operation<ReadWriteInput, number>[] => {
  const sites = [0, 1, 2].map(() => ({ values: new Map<string, number>(), delivered: [0, 0, 0] }));
  const sent: { readonly key: string; readonly value: number }[][] = [[], [], []];
  const made: (readonly [number, string])[] = [];
  for (let value = 1; made.length < 30; ) {
    const process = draw(3);
    const site = sites[process]!;
    const own = "xyz"[process]!;
    const key = "xyz"[draw(3)]!;
    const origin = draw(3);
    const next = origin === process ? undefined : sent[origin]![site.delivered[origin]!];
    if (draw(2) === 0) {
      if (next === undefined) continue;
      site.values.set(next.key, next.value);
      site.delivered[origin]!++;
    } else if (draw(3) > 0) made.push([process, `${key}:${site.values.get(key) ?? 0}`]);
    else {
      sent[process]!.push({ key: own, value });
      site.values.set(own, value);
      made.push([process, `${own}=${value++}`]);
    }
  }
  return readsAndWrites(...made);
};
