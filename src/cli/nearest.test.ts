import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.ts";

const ids = ["links/perfect", "links/fair-loss", "consensus/paxos", "broadcast/causal"];

describe("the nearest id", () => {
  it.each([
    ["links/perfct", "links/perfect"],
    ["link/perfect", "links/perfect"],
    ["Perfect", "links/perfect"],
    ["paxos", "consensus/paxos"],
    ["paxso", "consensus/paxos"],
    ["causal", "broadcast/causal"],
    ["zzzzzzzzzz", undefined],
    ["", undefined],
  ])("to %j is %s", (word, id) => {
    expect(nearest(word, ids)).toBe(id);
  });

  it("takes no time for a word of any length", () => {
    expect(nearest("x".repeat(1_000_000), ids)).toBeUndefined();
  });
});
