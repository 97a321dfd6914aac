import { describe, expect, it } from "vitest";
import { AssertionError, assert } from "./assert.ts";

describe("assert", () => {
  it("does nothing when the rule holds, and narrows the type", () => {
    const value: string | undefined = ["term"][0];
    assert(value !== undefined, "there is a term");
    expect(value.length).toBe(4);
  });

  it("throws the rule with a code when it does not", () => {
    expect(() => assert(0, "terms only grow")).toThrow(AssertionError);
    expect(() => assert(undefined, "terms only grow")).toThrow(
      expect.objectContaining({ name: "AssertionError", code: "ASSERTION", message: "terms only grow" }),
    );
  });
});
