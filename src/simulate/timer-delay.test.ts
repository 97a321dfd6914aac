import { expect, it } from "vitest";
import { type Module, type Nothing, stack } from "../model/index.ts";
import { prepare } from "./prepare.ts";
import { runOnce } from "./run.ts";
import { scenario } from "./scenario.ts";

const setting = (
  delay: number | { readonly from: number; readonly to: number },
): Module<{
  provides: Nothing;
  uses: Record<never, never>;
  state: Record<never, never>;
  timers: { tick: [] };
}> => ({
  name: "hasty module",
  source: "this test",
  init: () => ({}),
  start: (_s, io) => io.timers.tick.set(delay),
  upon: { request: {}, timer: { tick: () => undefined } },
});

it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [{ from: 0, to: Number.NaN }]])(
  "a delay of %s is the protocol's fault, and no hang",
  (delay) => {
    const hasty = scenario({
      id: "test/hasty",
      rows: [],
      title: "a delay that is no number",
      model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
      parameters: {},
      setup: () => ({
        processes: [{ name: "p", stack: stack(setting(delay), {}) }],
        workload: () => [],
        properties: [],
      }),
    });
    const { violations } = runOnce(prepare(hasty), { kind: "seed", seed: 1, edits: [] });
    expect(violations.map(({ property }) => property)).toEqual(["protocol"]);
    expect(violations[0]!.clause).toContain("hasty module sets its timer tick to");
  },
);
