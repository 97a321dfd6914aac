import { describe, expect, it } from "vitest";
import { decode, encode } from "../../model/index.ts";
import type { Property } from "../property.ts";
import { membershipInvariants, raftInvariants } from "./raft-invariants.ts";

const site = {
  nodes: [0, 1, 2],
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {},
} as const;

describe("invariants of Raft", () => {
  it.each(
    [...raftInvariants("raft"), ...membershipInvariants("raft")].map((invariant) => [invariant.id, invariant] as const),
  )("%s remembers plain data, also of a process that crashed: the explorer keeps it in its states", (_, invariant) => {
    const { init, on } = invariant as Property<unknown>;
    const state = init(site as never);
    on?.(state, { kind: "crash", node: 0 } as never, { premise: () => undefined, violated: () => undefined } as never);
    expect(decode(encode(state))).toEqual(state);
  });
});
