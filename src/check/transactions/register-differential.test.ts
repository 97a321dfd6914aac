import { describe, expect, it } from "vitest";
import {
  type ComesBefore,
  explainsInOrder,
  explainsSchedule,
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
    for (let seed = 1; seed <= 500; seed++) {
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
    expect(seen.holds).toBeGreaterThan(300);
    expect(seen.violated).toBeGreaterThan(200);
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
      if (result.verdict === "holds" && result.order === undefined) {
        expect(explainsSchedule(history, result.schedule!), `seed ${seed}`).toBe(true);
        seen.onlySnapshots++;
      }
    }
    expect(seen.holds).toBeGreaterThan(200);
    expect(seen.violated).toBeGreaterThan(100);
    expect(seen.onlySnapshots, JSON.stringify(seen)).toBeGreaterThan(2);
    expect(seen.unknown, JSON.stringify(seen)).toBeLessThan(50);
  });
});

describe("long histories", () => {
  /** Blind writes and reads that take effect one after the other, each at some time between call and answer. */
  const atomicStore = (seed: number, transactions: number, clients: number): RegisterTransaction[] => {
    const draw = drawing(seed);
    const store = new Map<string, number>();
    const free = Array.from({ length: clients }, () => 0);
    const made: RegisterTransaction[] = [];
    for (let time = 1; made.length < transactions; time++) {
      const process = draw(clients);
      if (free[process]! >= time) continue;
      const operations = Array.from({ length: 1 + draw(4) }, (_, at): RegisterTransaction["operations"][number] => {
        const key = "pqrstuvwxyz"[draw(11)]!;
        if (draw(2) === 0) return { kind: "read", key, value: store.get(key) ?? null };
        store.set(key, 10 * time + at);
        return { kind: "write", key, value: 10 * time + at };
      });
      const invokedAt = Math.max(free[process]! + 0.5, time - draw(2 * clients));
      free[process] = time + draw(2 * clients);
      made.push({ process, operations, invokedAt, returnedAt: free[process]!, status: "ok" });
    }
    return made;
  };

  it.each([3, 10, 20])("of an atomic store are found to hold, with %i clients", (clients) => {
    for (let seed = 1; seed <= 8; seed++) {
      const history = atomicStore(seed, 250, clients);
      for (const [consistency, before] of serialModels) {
        const result = checkRegisters(history, { consistency });
        expect(result.verdict, `${consistency}, seed ${seed}`).toBe("holds");
        if (result.verdict !== "holds") continue;
        expect(
          explainsInOrder(
            result.order!.map((at) => history[at]!),
            before,
          ),
        ).toBe(true);
      }
    }
  });
});
