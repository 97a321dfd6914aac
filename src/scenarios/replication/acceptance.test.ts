import { describe, expect, it } from "vitest";
import { findCounterexample } from "../../../test/support/campaigns.ts";
import { prepare, type RunResult, runOnce } from "../../simulate/index.ts";
import { bankScenario } from "./bank-scenario.ts";

/** Balances that the replicas end with, by replica. */
const balances = ({ trace }: RunResult): readonly number[] => {
  const last = new Map<number, number>();
  for (const { kind, node, name, data } of trace!.events)
    if (kind === "answer" && name === "applied") last.set(node!, (data as readonly [unknown, number])[1]);
  return [...last.values()];
};

const outcomes = (order: string): Set<string> => {
  const prepared = prepare(bankScenario, { n: 2, commands: 1, f: 0, order });
  const seen = new Set<string>();
  for (let seed = 1; seed <= 300; seed++) {
    const source = { kind: "seed", seed, edits: [] } as const;
    seen.add(balances(runOnce(prepared, source, { trace: true, stopAtViolation: false })).join(" | "));
  }
  return seen;
};

describe("B38: $1,000, +$100 ‖ +1 %", () => {
  it("without total order one replica may end with $1,111 and the other with $1,110", () => {
    const all = outcomes("FIFO");
    expect([...all].some((outcome) => outcome === "1111 | 1110" || outcome === "1110 | 1111")).toBe(true);
  });

  it.each(["sequencer", "Lamport clocks"])(
    "with total order by %s both end with the same, whichever it is",
    (order) => {
      expect([...outcomes(order)].sort()).toEqual(["1110 | 1110", "1111 | 1111"]);
    },
  );
});

describe("B26: compare-and-set on a register", () => {
  it("two processes expect the untouched register, and both win", () => {
    const { result, slice } = findCounterexample("replication/compare-and-set", "LIN", {
      parameters: { on: "register", workload: "race" },
    });
    const wins = result.trace!.events.filter(
      ({ id, kind, name, data }) =>
        slice.has(id) && kind === "answer" && name === "casReturn" && (data as readonly [boolean])[0],
    );
    expect(new Set(wins.map(({ node }) => node)).size).toBe(2);
  });
});
