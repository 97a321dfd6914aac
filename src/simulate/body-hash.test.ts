import { describe, expect, it } from "vitest";
import { BodyHash } from "./body-hash.ts";

const fresh = (body: unknown): number => new BodyHash().mix(7, body);

describe("the hash of message bodies", () => {
  it("is the same for equal bodies, whether the value inside was seen before or not", () => {
    const value = { origin: 1, clock: [0, 2, 1] };
    const bodies = new BodyHash();
    bodies.mix(7, { number: 1, message: value });
    expect(bodies.mix(7, { number: 2, message: value })).toBe(fresh({ number: 2, message: { ...value } }));
  });

  it("covers every field, at every depth, and the names of the fields", () => {
    const bodies: readonly unknown[] = [
      { number: 1, message: { clock: [0, 1] } },
      { number: 2, message: { clock: [0, 1] } },
      { number: 1, message: { clock: [1, 0] } },
      { number: 1, message: { clock: [0, 1, 0] } },
      { number: 1, other: { clock: [0, 1] } },
      { number: 1 },
      { message: { clock: [0, 1] } },
      [1, { clock: [0, 1] }],
      "text",
      null,
    ];
    expect(new Set(bodies.map(fresh)).size).toBe(bodies.length);
  });

  it("sees a value that was changed once the step is over", () => {
    const value = { votes: 1 };
    const bodies = new BodyHash();
    const before = bodies.mix(7, { message: value });
    value.votes = 2;
    bodies.forget();
    expect(bodies.mix(7, { message: value })).not.toBe(before);
  });

  it("names the place of what is no plain data", () => {
    expect(() => fresh({ message: { at: new Date(0) } })).toThrow(/message\.at/);
  });
});
