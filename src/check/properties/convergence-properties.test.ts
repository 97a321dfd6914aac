import { describe, expect, it } from "vitest";
import type { Property, PropertyEvent, RunSite } from "../property.ts";
import { replicatedCounter, replicatedValue } from "./convergence-properties.ts";

const site: RunSite = {
  nodes: [0, 1],
  model: { network: "arbitrary", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {},
};

/** What CRDT1 says of these events at process 0. */
const clauses = (...events: readonly Pick<PropertyEvent, "kind" | "name" | "args">[]): readonly string[] => {
  const property = replicatedValue(replicatedCounter) as unknown as Property;
  const state = property.init(site);
  const found: string[] = [];
  const report = { premise: () => undefined, violated: (clause: string) => void found.push(clause) };
  events.forEach((event, at) => {
    const whole = { ...event, event: at, node: 0, incarnation: 0, at, monotonic: at, wall: at, path: "" };
    property.on?.(state, whole, report);
  });
  return found;
};
const update = (amount: number) => ({ kind: "request", name: "update", args: [amount] }) as const;
const changed = (value: number, own: number) =>
  ({ kind: "indication", name: "changed", args: [value, [{ upTo: own, beyond: [] }]] }) as const;

describe("CRDT1", () => {
  it("a replica that shows the sum of what it was asked is right", () => {
    expect(clauses(update(2), changed(2, 1), update(3), changed(5, 2))).toEqual([]);
    expect(clauses(update(2), changed(3, 1))).toHaveLength(1);
  });

  it("a replica that was told of an own update that nobody asked for is wrong, and no fault of the property's", () => {
    expect(clauses(changed(7, 1))).toEqual([expect.stringContaining("which nobody asked for")]);
    expect(clauses(update(2), changed(2, 1), changed(9, 4))).toHaveLength(1);
  });
});
