import { describe, expect, it } from "vitest";
import {
  type ComesBefore,
  explainsInOrder,
  hasSerialOrder,
  hasSnapshotOrder,
  inAnyOrder,
  inRealTimeOrder,
  inSessionOrder,
} from "../testing/brute-force-transactions.ts";
import { drawing } from "../testing/random-histories.ts";
import { randomRegisterTransactions } from "../testing/random-transactions.ts";
import { checkRegisters } from "./check-registers.ts";
import type { ConsistencyModel } from "./consistency-models.ts";
import type { RegisterTransaction } from "./transaction.ts";

const shape = { operationsMax: 3, aborted: 8, indeterminate: 12 };
const historyOf = (seed: number, transactions: number): RegisterTransaction[] =>
  randomRegisterTransactions(drawing(seed), { ...shape, transactions, keys: 1 + (seed % 3) });

const serialModels: readonly (readonly [ConsistencyModel, ComesBefore])[] = [
  ["serializable", inAnyOrder],
  ["strong-session-serializable", inSessionOrder],
  ["strict-serializable", inRealTimeOrder],
];

describe("the verdict on registers, where there is one, is that of a search through all orders", () => {
  it("serializable, in sessions, and in real time", () => {
    const seen = { holds: 0, violated: 0, unknown: 0 };
    for (let seed = 1; seed <= 700; seed++) {
      const history = historyOf(seed, 2 + (seed % 4));
      for (const [consistency, before] of serialModels) {
        const result = checkRegisters(history, { consistency });
        seen[result.verdict]++;
        if (result.verdict === "unknown") continue;
        const expected = hasSerialOrder(history, before) ? "holds" : "violated";
        expect(result.verdict, `${consistency}, seed ${seed}: ${JSON.stringify(history)}`).toBe(expected);
        if (result.verdict !== "holds") continue;
        expect(
          explainsInOrder(
            result.order!.map((at) => history[at]!),
            before,
          ),
          `seed ${seed}`,
        ).toBe(true);
      }
    }
    expect(seen.holds).toBeGreaterThan(400);
    expect(seen.violated).toBeGreaterThan(300);
    expect(seen.unknown, JSON.stringify(seen)).toBeLessThan(80);
  });

  it("snapshot isolation", () => {
    const seen = { holds: 0, violated: 0, unknown: 0, onlySnapshots: 0 };
    for (let seed = 1; seed <= 1000; seed++) {
      const history = historyOf(seed, 2 + (seed % 3));
      const result = checkRegisters(history, { consistency: "snapshot-isolation" });
      seen[result.verdict]++;
      if (result.verdict === "unknown") continue;
      const expected = hasSnapshotOrder(history) ? "holds" : "violated";
      expect(result.verdict, `seed ${seed}: ${JSON.stringify(history)}`).toBe(expected);
      if (result.verdict === "holds" && result.order === undefined) seen.onlySnapshots++;
    }
    expect(seen.holds).toBeGreaterThan(200);
    expect(seen.violated).toBeGreaterThan(100);
    expect(seen.onlySnapshots, JSON.stringify(seen)).toBeGreaterThan(2);
    expect(seen.unknown, JSON.stringify(seen)).toBeLessThan(50);
  });
});
