import { describe, expect, it } from "vitest";
import {
  countedQuorums,
  findDisjointQuorums,
  gridQuorums,
  majorityQuorums,
  maskingQuorums,
  type Quorums,
  smallestQuorums,
  treeQuorums,
  weightedQuorums,
} from "./quorums.ts";

const sizesOf = ({ isRead }: Quorums, n: number): readonly number[] =>
  smallestQuorums(
    Array.from({ length: n }, (_, node) => node),
    isRead,
  ).map(({ length }) => length);

describe("Q1: every read quorum meets every write quorum", () => {
  it("holds for majorities of 1 to 11", () => {
    for (let n = 1; n <= 11; n++) expect(findDisjointQuorums(majorityQuorums, n)).toBeNull();
  });

  it("holds for counted quorums exactly when R + W > n", () => {
    for (let n = 1; n <= 7; n++)
      for (let read = 1; read <= n; read++)
        for (let write = 1; write <= n; write++)
          expect(findDisjointQuorums(countedQuorums(read, write), n) === null).toBe(read + write > n);
  });

  it("names the smallest pair that misses where R + W = n", () => {
    expect(findDisjointQuorums(countedQuorums(1, 2), 3)).toEqual({ read: [0], write: [1, 2], common: [] });
    expect(findDisjointQuorums(countedQuorums(2, 2), 4)).toEqual({ read: [0, 1], write: [2, 3], common: [] });
  });

  it("holds for weighted votes when R + W exceeds their sum, as in Gifford's example 3", () => {
    // Votes 1, 1, 1 with R = 1 and W = 3; and 2, 1, 1 with R = 2 and W = 3.
    expect(findDisjointQuorums(weightedQuorums([1, 1, 1], 1, 3), 3)).toBeNull();
    expect(findDisjointQuorums(weightedQuorums([2, 1, 1], 2, 3), 3)).toBeNull();
    expect(findDisjointQuorums(weightedQuorums([2, 1, 1], 2, 2), 3)).toEqual({ read: [0], write: [1, 2], common: [] });
  });

  it("holds for grids and trees", () => {
    for (let n = 1; n <= 12; n++) {
      expect(findDisjointQuorums(treeQuorums, n)).toBeNull();
      for (let columns = 1; columns * columns <= n; columns++)
        expect(findDisjointQuorums(gridQuorums(columns), n)).toBeNull();
    }
  });

  it("a grid reads with √n, a tree with log n processes at best", () => {
    expect(Math.min(...sizesOf(gridQuorums(3), 9))).toBe(3);
    expect(Math.min(...sizesOf(treeQuorums, 7))).toBe(3);
    expect(Math.max(...sizesOf(treeQuorums, 7))).toBe(4);
  });
});

describe("Q1 with overlap", () => {
  it("masking quorums of 2f + 1 common processes need n > 4f to survive f silent traitors", () => {
    for (let f = 1; f <= 2; f++)
      for (let n = 2 * f + 1; n <= 4 * f + 3; n++) {
        expect(findDisjointQuorums(maskingQuorums(f), n, 2 * f + 1)).toBeNull();
        const correct = Array.from({ length: n - f }, (_, node) => node);
        const all = Array.from({ length: n }, (_, node) => node);
        expect(maskingQuorums(f).isRead(correct, all)).toBe(n > 4 * f);
      }
  });

  it("majorities meet in one process only, which may be the liar", () => {
    expect(findDisjointQuorums(majorityQuorums, 5, 2)?.common).toHaveLength(1);
  });
});
