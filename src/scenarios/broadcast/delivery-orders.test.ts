import { describe, expect, it } from "vitest";
import { type Bound, type Module, network, type Port, stack } from "../../model/index.ts";
import { type Broadcast, bestEffortBroadcast, fifoBroadcast, waitingCausalBroadcast } from "../../protocols/index.ts";
import { prepare, runOnce, scenario } from "../../simulate/index.ts";
import { processes } from "./broadcasting.ts";

interface Conversation extends Port {
  readonly requests: { readonly begin: () => void };
  readonly indications: { readonly deliver: (message: string) => void };
}

/** A says 1, then 3; B says 2 once it has heard 1. */
const conversation = (): Module<{
  provides: Conversation;
  uses: { broadcast: Broadcast<string> };
  state: Record<never, never>;
}> => ({
  name: "conversation",
  source: "Kleppmann, Distributed Systems, lecture 4",
  init: () => ({}),
  upon: {
    request: {
      begin(_s, io) {
        io.broadcast.broadcast("1");
        io.broadcast.broadcast("3");
      },
    },
    broadcast: {
      deliver(_s, io, _origin, message) {
        io.up.deliver(message);
        if (message === "1" && io.self === 1) io.broadcast.broadcast("2");
      },
    },
  },
});

const seeds = 2_000;

/** Every order in which any process of any run delivered the three messages. */
const ordersOver = (broadcast: Bound<Broadcast<string>>): readonly string[] => {
  const orders = new Set<string>();
  const prepared = prepare(
    scenario({
      id: "broadcast/conversation",
      rows: [37, 38],
      title: "A says 1 and 3, B answers 2",
      model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
      parameters: {},
      setup: () => ({
        processes: processes(3, stack(conversation(), { broadcast })),
        workload: () => [{ node: 0, calls: [{ request: "begin", args: [] }] }],
        properties: [],
        patienceMs: 30_000,
      }),
    }),
  );
  for (let seed = 1; seed <= seeds; seed++) {
    const { trace } = runOnce(prepared, { kind: "seed", seed, edits: [] }, { trace: true, cover: "outside" });
    const answers = (trace?.events ?? []).filter(({ kind }) => kind === "answer");
    const heard = [0, 1, 2].map((process) =>
      answers.map(({ node, data }) => (node === process ? String((data as readonly unknown[])[0]) : "")).join(""),
    );
    for (const order of heard) if (order.length === 3) orders.add(order);
  }
  return [...orders].sort();
};

describe("B11: legal orders of A's 1 and 3 and of B's 2, which answers 1", { timeout: 120_000 }, () => {
  const below = <M>(): Bound<Broadcast<M>> => stack(bestEffortBroadcast<M>(), { links: network() });

  it("reliable broadcast: all six", () => {
    expect(ordersOver(below())).toEqual(["123", "132", "213", "231", "312", "321"]);
  });

  it("FIFO broadcast: 1 before 3", () => {
    expect(ordersOver(stack(fifoBroadcast(), { reliable: below() }))).toEqual(["123", "132", "213"]);
  });

  it("causal broadcast: 1 before 2 and 3", () => {
    expect(ordersOver(stack(waitingCausalBroadcast(), { reliable: below() }))).toEqual(["123", "132"]);
  });
});
