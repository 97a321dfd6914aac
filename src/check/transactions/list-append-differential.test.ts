import { describe, expect, it } from "vitest";
import { agree } from "../testing/agree.ts";
import { explainsInOrder, inAnyOrder } from "../testing/brute-force-transactions.ts";
import { drawing } from "../testing/random-histories.ts";
import { randomListTransactions } from "../testing/random-transactions.ts";
import { compareWithSerialOrders, compareWithSnapshots } from "../testing/transaction-comparison.ts";
import { lists } from "../testing/transaction-notation.ts";
import { checkListAppend } from "./check-list-append.ts";
import { consistencyModels, modelsRuledOutBy } from "./consistency-models.ts";
import type { ListAppendTransaction } from "./transaction.ts";

const shape = { operationsMax: 3, keys: 2, aborted: 8, indeterminate: 12 };
const historyOf = (seed: number, transactions: number): ListAppendTransaction[] =>
  randomListTransactions(drawing(seed), { ...shape, transactions, keys: 1 + (seed % 3) });

describe("the verdict on lists is that of a search through all orders", () => {
  it("serializable, in sessions, and in real time", () => {
    const seen = compareWithSerialOrders({
      histories: 800,
      historyOf: (seed) => historyOf(seed, 2 + (seed % 4)),
      check: checkListAppend,
      decidesAll: true,
    });
    expect(seen.holds).toBeGreaterThan(500);
    expect(seen.violated).toBeGreaterThan(500);
  });

  it("snapshot isolation, unless what was never read decides", () => {
    const seen = compareWithSnapshots({
      histories: 800,
      historyOf: (seed) => historyOf(seed, 2 + (seed % 3)),
      check: checkListAppend,
    });
    expect(seen.holds).toBeGreaterThan(300);
    expect(seen.violated).toBeGreaterThan(120);
    expect(seen.onlySnapshots).toBeGreaterThan(5);
    expect(seen.unknown).toBeLessThan(30);
  });
});

describe("anomalies", () => {
  it("are cycles where they say so, and forbid what they rule out", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const history = historyOf(seed, 5);
      const { anomalies, ruledOut } = checkListAppend(history);
      for (const { steps, transactions } of anomalies) {
        expect(steps?.map(({ from }) => from) ?? transactions).toEqual(transactions);
        for (const [at, { to }] of (steps ?? []).entries())
          expect(to).toBe(transactions[(at + 1) % transactions.length]);
        expect(new Set(transactions).size).toBe(transactions.length);
      }
      for (const model of consistencyModels) {
        const { verdict } = checkListAppend(history, { consistency: model });
        agree(verdict === "violated", ruledOut.includes(model), () => `${model}, seed ${seed}`);
      }
      expect(ruledOut).toEqual(modelsRuledOutBy(anomalies.map(({ kind }) => kind)));
    }
  });
});

describe("many transactions on one key", () => {
  const texts = (count: number, text: (at: number) => string): string[] =>
    Array.from({ length: count }, (_, at) => text(at));

  it("readers of nothing come before all whose appends nobody read", () => {
    const history = lists(
      ...texts(40, (at) => `x+${at + 1} y?`),
      ...texts(40, () => "x?"),
      ...texts(5, (at) => `y+${at + 1}`),
    );
    const result = checkListAppend(history, { consistency: "serializable" });
    expect(result.verdict).toBe("holds");
    const order = result.verdict === "holds" ? result.order!.map((at) => history[at]!) : [];
    expect(order).toHaveLength(history.length);
    expect(explainsInOrder(order, inAnyOrder)).toBe(true);
  });

  it("each who reads nothing and then appends has missed all the others", () => {
    const history = lists(...texts(30, (at) => `x? x+${at + 1}`));
    const result = checkListAppend(history, { consistency: "serializable" });
    expect(result.anomalies.map(({ kind }) => kind)).toEqual(["lost-update", "G2-item"]);
    expect(result.verdict === "violated" && result.culprit.transactions).toHaveLength(2);
    expect(checkListAppend(history, { consistency: "read-committed" }).verdict).toBe("holds");
    const [alone, ...others] = history;
    expect(checkListAppend([alone!, ...others.map((one) => ({ ...one, status: "info" as const }))]).verdict).toBe(
      "holds",
    );
  });
});
