import { describe, expect, it } from "vitest";
import { RaftByHand } from "../../../test/support/raft-by-hand.ts";
import { figure2Rules, type RaftRules, raftRules } from "../../protocols/index.ts";

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

/** Figure 8, from an empty log: what is at index 2 in the end, by the terms of what was taken for committed there. */
const figure8 = (rules: Partial<RaftRules>): ReadonlySet<number> => {
  const servers = new RaftByHand(5, { rules: { ...figure2Rules, ...rules }, entriesPerMessageMax: 1 });
  const [s1, s2, s3, s4, s5] = [0, 1, 2, 3, 4] as const;
  // Term 1: S1 commits an entry everywhere.
  servers.elect(s1, [s2, s3, s4, s5]);
  servers.fire(s1, "heartbeat");
  servers.exchange([s1, s2, s3, s4, s5]);
  // (a) It leads in term 2, and its entry there reaches S2 only.
  servers.restart(s1);
  servers.elect(s1, [s2, s3, s4, s5]);
  servers.fire(s1, "heartbeat");
  servers.exchange([s1, s2], ["AppendEntries", "AppendEntriesReply"]);
  // (b) S5 is elected for term 3 by S3, S4 and itself, and puts an entry at index 2 that reaches nobody.
  servers.restart(s1);
  servers.elect(s5, [s3, s4]);
  expect(servers.terms(s5)).toEqual([1, 3]);
  // (c) S1 leads again and replicates index 2 to S3: a majority holds it. Its own entry of term 4 reaches S2 only.
  servers.restart(s5);
  while (servers.terms(s1).length < 3) servers.elect(s1, [s2, s3, s4]);
  servers.fire(s1, "heartbeat");
  servers.exchange([s1, s2], ["AppendEntries", "AppendEntriesReply"]);
  servers.fire(s1, "heartbeat");
  for (let message = 0; message < 10 && servers.terms(s3).length < 2; message++)
    servers.exchange([s1, s3], ["AppendEntries", "AppendEntriesReply"], 1);
  servers.exchange([s1, s3], ["AppendEntriesReply"]);
  expect(servers.terms(s3)).toEqual([1, 2]);
  // (d) S5 is elected by S2, S3 and S4, for its last term is later, and overwrites index 2 everywhere.
  servers.restart(s1);
  while (servers.terms(s5).length < 3) servers.elect(s5, [s3, s4]);
  servers.fire(s5, "heartbeat");
  servers.exchange([s1, s2, s3, s4, s5]);
  expect(servers.terms(s2).slice(0, 2)).toEqual([1, 3]);
  return new Set(servers.committed.filter(({ index }) => index === 2).map(({ term }) => term));
};

describe("B31, figure 8: an entry of an earlier term on a majority", () => {
  it("is not committed by counting, and may be overwritten", () => {
    expect([...figure8({})]).toEqual([3]);
  });

  it("is committed and then overwritten where leaders commit by counting alone", () => {
    expect(figure8({ mayCommit: () => true })).toEqual(new Set([2, 3]));
  });
});
