import { describe, expect, it } from "vitest";
import { encode } from "../model/index.ts";
import { plainBytes } from "./plain-bytes.ts";

describe("the size of plain data without encoding it", () => {
  const values: readonly unknown[] = [
    { kind: "put", key: "k".repeat(10), value: "v".repeat(256) },
    { kind: "put", key: "k", value: "v".repeat(1_000_000) },
    new Uint8Array(70_000),
    new Map([["from", { amount: 30, to: ["alice", "bob"] }]]),
    new Set([1, 2, 3]),
    [null, true, 1.5, "text"],
  ];

  it.each(values.map((value) => [value]))("is never below what it takes, and not far above", (value) => {
    const { length } = encode(value);
    expect(plainBytes(value)).toBeGreaterThanOrEqual(length - 8);
    expect(plainBytes(value)).toBeLessThanOrEqual(4 * length + 64);
  });
});
