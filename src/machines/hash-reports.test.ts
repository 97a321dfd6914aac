import { describe, expect, it } from "vitest";
import { type HashReports, isHashedAt, noReports, ownHash, peerHash } from "./hash-reports.ts";

const at = (index: number, hash: number) => ({ index, hash });

describe("hashes of states, told to each other", () => {
  it("the alarm rings whoever comes first", () => {
    const early: HashReports = noReports();
    ownHash(early, 8, 1);
    expect(peerHash(early, 2, at(8, 9), 8)).toEqual({ peer: 2, index: 8, own: 1, peers: 9 });
    const late: HashReports = noReports();
    expect(peerHash(late, 2, at(8, 9), 3)).toBe(null);
    expect(ownHash(late, 4, 5)).toEqual([]);
    expect(ownHash(late, 8, 1)).toEqual([{ peer: 2, index: 8, own: 1, peers: 9 }]);
    expect([early.divergedAt, late.divergedAt]).toEqual([8, 8]);
  });

  it("come early at first, and then once in so many entries", () => {
    const indexes = Array.from({ length: 3_100 }, (_, index) => index + 1);
    expect(indexes.filter((index) => isHashedAt(index, 1_000))).toEqual([
      8, 16, 32, 64, 128, 256, 512, 1_000, 2_000, 3_000,
    ]);
    expect(indexes.slice(0, 20).filter((index) => isHashedAt(index, 6))).toEqual([6, 12, 18]);
  });

  it("equal hashes are no news, and neither are those of an index that was skipped", () => {
    const reports: HashReports = noReports();
    ownHash(reports, 8, 1);
    expect(peerHash(reports, 2, at(8, 1), 8)).toBe(null);
    expect(peerHash(reports, 2, at(4, 7), 8)).toBe(null);
    expect(peerHash(reports, 2, at(12, 7), 8)).toBe(null);
    expect(ownHash(reports, 16, 3)).toEqual([]);
    expect(reports.divergedAt).toBe(null);
  });

  it("keeps the first index at which states differed, and a bounded memory", () => {
    const reports: HashReports = noReports();
    for (let index = 1; index <= 1_000; index++) {
      ownHash(reports, index, index);
      peerHash(reports, 1, at(index + 10_000, 0), index);
    }
    expect(reports.own.size).toBeLessThan(100);
    expect(reports.ahead.length).toBeLessThan(300);
    expect(peerHash(reports, 1, at(990, 0), 1_000)).not.toBe(null);
    expect(peerHash(reports, 1, at(999, 0), 1_000)).not.toBe(null);
    expect(reports.divergedAt).toBe(990);
  });
});
