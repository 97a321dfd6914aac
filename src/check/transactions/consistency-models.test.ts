import { describe, expect, it } from "vitest";
import { HistoryError } from "../history.ts";
import { lists } from "../testing/transaction-notation.ts";
import { checkListAppend } from "./check-list-append.ts";
import { anomaliesForbiddenBy, type ConsistencyModel, consistencyModels } from "./consistency-models.ts";

const abortedRead = ["!x+1", "x?1"];
const tornWrites = ["x+1 y+1", "x+2 y+2", "x?1,2 y?2,1"];
const fracturedRead = ["x+1 y+1", "x?1 y?"];
const missedCause = ["x+1", "x?1 y+1", "y?1 x?"];
const longFork = ["x+1", "y+1", "x?1 y?", "x? y?1"];
const writeSkew = ["x? y+1", "y? x+1"];
const forgetsOwn = ["x+1 @0 0-1", "x? @0 2-3"];
const staleRead = ["x+1 0-1", "x? 2-3"];
const readsFuture = ["x?1 0-1", "x+1 2-3"];
const readsOwnFuture = ["x?1 @0 0-1", "x+1 @0 2-3"];
const writesInPast = ["x+2 0-1", "x+1 2-3", "x?1,2"];
const writesInOwnPast = ["x+2 @0 0-1", "x+1 @0 2-3", "x?1,2"];

/** A smallest history of each model, as strange as the model allows, and one that just is not of it. */
const models: { readonly [Model in ConsistencyModel]: { readonly has: string[]; readonly hasNot: string[] } } = {
  "read-uncommitted": { has: abortedRead, hasNot: tornWrites },
  "read-committed": { has: fracturedRead, hasNot: abortedRead },
  "read-atomic": { has: missedCause, hasNot: fracturedRead },
  "consistent-view": { has: longFork, hasNot: missedCause },
  "snapshot-isolation": { has: writeSkew, hasNot: longFork },
  "repeatable-read": { has: forgetsOwn, hasNot: writeSkew },
  serializable: { has: forgetsOwn, hasNot: writeSkew },
  "strong-session-read-uncommitted": { has: readsOwnFuture, hasNot: writesInOwnPast },
  "strong-session-read-committed": { has: forgetsOwn, hasNot: readsOwnFuture },
  "strong-session-snapshot-isolation": { has: staleRead, hasNot: forgetsOwn },
  "strong-session-serializable": { has: staleRead, hasNot: forgetsOwn },
  "strong-read-uncommitted": { has: readsFuture, hasNot: writesInPast },
  "strong-read-committed": { has: staleRead, hasNot: readsFuture },
  "strong-snapshot-isolation": { has: writeSkew, hasNot: staleRead },
  "strict-serializable": { has: ["x+1 0-1", "x?1 2-3"], hasNot: staleRead },
};

describe("each consistency model: a smallest history that has it, and one that just does not", () => {
  it.each(Object.entries(models) as [ConsistencyModel, (typeof models)["serializable"]][])(
    "%s",
    (consistency, pair) => {
      expect(checkListAppend(lists(...pair.has), { consistency }).verdict).toBe("holds");
      const result = checkListAppend(lists(...pair.hasNot), { consistency });
      expect(result.verdict).toBe("violated");
      expect(result.ruledOut).toContain(consistency);
      for (const at of pair.hasNot.keys()) {
        const less = lists(...pair.hasNot).filter((_, other) => other !== at);
        expect(checkListAppend(less, { consistency }).anomalies.map(({ kind }) => kind)).not.toContain(
          result.verdict === "violated" && result.culprit.kind,
        );
      }
    },
  );
});

describe("the table of models", () => {
  const implies: readonly (readonly [ConsistencyModel, ConsistencyModel])[] = [
    ["read-committed", "read-uncommitted"],
    ["read-atomic", "read-committed"],
    ["consistent-view", "read-atomic"],
    ["snapshot-isolation", "consistent-view"],
    ["repeatable-read", "snapshot-isolation"],
    ["serializable", "repeatable-read"],
    ["strong-session-read-uncommitted", "read-uncommitted"],
    ["strong-session-read-committed", "strong-session-read-uncommitted"],
    ["strong-session-snapshot-isolation", "strong-session-read-committed"],
    ["strong-session-serializable", "strong-session-snapshot-isolation"],
    ["strong-session-serializable", "serializable"],
    ["strong-read-uncommitted", "strong-session-read-uncommitted"],
    ["strong-read-committed", "strong-read-uncommitted"],
    ["strong-snapshot-isolation", "strong-read-committed"],
    ["strong-snapshot-isolation", "strong-session-snapshot-isolation"],
    ["strict-serializable", "strong-snapshot-isolation"],
    ["strict-serializable", "strong-session-serializable"],
  ];

  it.each(implies)("%s forbids all that %s forbids", (stronger, weaker) => {
    const forbidden = anomaliesForbiddenBy(stronger);
    expect([...anomaliesForbiddenBy(weaker)].filter((kind) => !forbidden.has(kind))).toEqual([]);
  });

  it("strict serializable forbids everything", () => {
    for (const model of consistencyModels) {
      for (const kind of anomaliesForbiddenBy(model)) {
        expect(anomaliesForbiddenBy("strict-serializable").has(kind), kind).toBe(true);
      }
    }
  });
});

describe("histories that no run has", () => {
  it("times that run back, and a process with two transactions open", () => {
    expect(() => checkListAppend(lists("x+1 5-3"))).toThrow(HistoryError);
    expect(() => checkListAppend(lists("x+1 @0 0-5", "x+2 @0 3-6"))).toThrow(
      "process 0 has two transactions open at 3",
    );
    expect(checkListAppend(lists("x+1 @0 0-5", "x+2 @0 3-6"), { consistency: "serializable" }).verdict).toBe("holds");
  });

  it("nothing is strictly serializable", () => {
    expect(checkListAppend([])).toEqual({ verdict: "holds", anomalies: [], ruledOut: [], order: [] });
  });
});
