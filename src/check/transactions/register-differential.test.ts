import { describe, expect, it } from "vitest";
import { explainsInOrder } from "../testing/brute-force-transactions.ts";
import { drawing } from "../testing/random-histories.ts";
import { randomRegisterTransactions } from "../testing/random-transactions.ts";
import { compareWithSerialOrders, compareWithSnapshots, serialModels } from "../testing/transaction-comparison.ts";
import { checkRegisters } from "./check-registers.ts";
import type { RegisterTransaction } from "./transaction.ts";

const shape = { operationsMax: 3, aborted: 8, indeterminate: 12 };
const historyOf = (seed: number, transactions: number): RegisterTransaction[] =>
  randomRegisterTransactions(drawing(seed), { ...shape, transactions, keys: 1 + (seed % 3) });

describe("the verdict on registers, where there is one, is that of a search through all orders", () => {
  it("serializable, in sessions, and in real time", () => {
    const seen = compareWithSerialOrders({
      histories: 500,
      historyOf: (seed) => historyOf(seed, 2 + (seed % 4)),
      check: checkRegisters,
      decidesAll: false,
    });
    expect(seen.holds).toBeGreaterThan(300);
    expect(seen.violated).toBeGreaterThan(200);
    expect(seen.unknown, JSON.stringify(seen)).toBeLessThan(80);
  });

  it("snapshot isolation", () => {
    const seen = compareWithSnapshots({
      histories: 1_000,
      historyOf: (seed) => historyOf(seed, 2 + (seed % 3)),
      check: checkRegisters,
    });
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
