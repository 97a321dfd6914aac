import { describe, expect, it } from "vitest";
import { raftRules } from "../../protocols/index.ts";

const endsOf = (terms: readonly number[]) => ({ index: terms.length, term: terms.at(-1) ?? 0 });

describe("B31, figure 7: who votes for the leader of term 8", () => {
  const candidate = endsOf([1, 1, 1, 4, 4, 5, 5, 6, 6, 6]);
  const followers: { readonly [name: string]: readonly number[] } = {
    a: [1, 1, 1, 4, 4, 5, 5, 6, 6],
    b: [1, 1, 1, 4],
    c: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    d: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    e: [1, 1, 1, 4, 4, 4, 4],
    f: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
  };

  it("a, b, e and f; c has a longer log, d a later term", () => {
    const voters = Object.entries(followers).filter(([, log]) => raftRules.isUpToDate(candidate, endsOf(log)));
    expect(voters.map(([name]) => name)).toEqual(["a", "b", "e", "f"]);
  });
});
