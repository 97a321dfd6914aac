import { describe, expect, it } from "vitest";
import { findCounterexample } from "../../../test/support/campaigns.ts";
import { type ObservedRemoveState, observedRemoveSet } from "../../protocols/index.ts";

describe("B6: A has x, B has not", () => {
  const set = observedRemoveSet<string>();
  const add = { kind: "add", value: "x" } as const;
  const remove = { kind: "remove", value: "x" } as const;
  const atA = { node: 0, number: 1 };
  const atB = { node: 1, number: 1 };
  const withX = set.update(set.initial, add, atA);
  const removed = set.update(withX, remove, atB);

  it("the add was lost at B, or the remove at A: the elements alone cannot tell", () => {
    const elements = (state: ObservedRemoveState<string>): unknown => state.entries;
    expect([elements(withX), elements(set.initial)]).toEqual([elements(withX), elements(removed)]);
  });

  it("with tags and tombstones the merge can", () => {
    expect(set.value(set.merge(withX, set.initial))).toEqual(["x"]);
    expect(set.value(set.merge(withX, removed))).toEqual([]);
    expect(set.value(set.merge(removed, withX))).toEqual([]);
  });

  it("a retried add comes under its old tag and finds the tombstone", () => {
    expect(set.value(set.merge(removed, set.update(set.initial, add, atA)))).toEqual([]);
    expect(set.value(set.merge(removed, set.update(set.initial, add, { node: 0, number: 2 })))).toEqual(["x"]);
  });

  it("a tombstone collected before every replica saw the remove: the element comes back", () => {
    const found = findCounterexample("convergence/observed-remove-set", "CRDT1", { rules: { mayForget: () => true } });
    expect(found.violation.clause).toMatch(/every addition of "[xy]" was seen by a remove/);
  });
});

describe("rows 82 and 83", () => {
  it("a register where the last writer wins drops a concurrent write in two calls", () => {
    const found = findCounterexample("convergence/last-writer-wins", "CRDT1", {
      parameters: { claim: "no write is lost" },
    });
    const calls = found.result.trace!.events.filter(({ id, kind }) => found.slice.has(id) && kind === "call");
    expect(calls).toHaveLength(2);
    expect(new Set(calls.map(({ node }) => node)).size).toBe(2);
  });
});
