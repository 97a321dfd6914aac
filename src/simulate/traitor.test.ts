import { describe, expect, it } from "vitest";
import { type Talk, talking } from "../../test/support/talk.ts";
import { type AnyProperty, property } from "../check/index.ts";
import { type Links, type Module, network, type SystemModel, stack } from "../model/index.ts";
import { prepare, runCampaign, runOnce } from "./index.ts";

const model: SystemModel = { network: "reliable", nodes: "byzantine", timing: "asynchronous" };
const seed = (number: number) => ({ kind: "seed", seed: number, edits: [] }) as const;
const traitorZero = {
  plan: [{ kind: "byzantine", at: 0, node: 0, behaviour: "silent" }],
  faults: { traitors: 0, crashes: 0, partitions: 0, pauses: 0, slowNodes: 0 },
  f: 1,
} as const;

/** Writes before it sends: what it sends leaves when the write is durable, not in the step. */
const careful = (): Module<{
  provides: Talk;
  uses: { links: Links<string> };
  state: { told: number };
  disk: { told: string };
}> => ({
  name: "careful",
  source: "a test",
  disk: { told: "" },
  init: () => ({ told: 0 }),
  upon: {
    request: {
      tell(s, io, to, text) {
        s.told++;
        io.disk.told.set(text);
        io.links.send(to, text);
      },
      write: () => undefined,
      wait: () => undefined,
    },
    links: { deliver: (_s, io, from, text) => io.up.heard(from, text) },
  },
});

const told = {
  node: 0,
  calls: Array.from({ length: 20 }, (_, at) => ({ request: "tell", args: [1, `m${at}`], afterMs: 20 })),
};

describe("a traitor", () => {
  it("lies also in what leaves only when its writes are durable", () => {
    const scenario = talking(model, [told], { ...traitorZero, stack: stack(careful(), { links: network() }) });
    const { struck, deliveries } = runOnce(prepare(scenario), seed(1));
    expect(struck.get("traitor silent")).toBeGreaterThan(3);
    expect(deliveries).toBeLessThan(20);
  });

  it("is not looked into: no invariant over states is about it", () => {
    const neverTold: AnyProperty = property<object>({
      id: "NEVER-TOLD",
      kind: "safety",
      text: "No correct process was asked to tell.",
      init: () => ({}),
      inspect(_s, look, report) {
        report.premise();
        for (const node of [0, 1]) {
          const state = look.state(node, "") as { readonly told: number } | undefined;
          if ((state?.told ?? 0) > 0 || look.record(node, "", "told") !== undefined)
            report.violated(`process ${node} told`);
        }
      },
    });
    const other = { node: 1, calls: [{ request: "wait", args: [1] }] };
    const bound = stack(careful(), { links: network() });
    const scenario = talking(model, [told, other], { ...traitorZero, stack: bound }, [neverTold]);
    expect(runCampaign(prepare(scenario), { runs: 3 }).verdicts[0]?.verdict).toBe("holds");
  });
});
