import { clocksAgree, properties } from "../../check/index.ts";
import { type Bound, network, stack } from "../../model/index.ts";
import { berkeley, type ClockGroup } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";

/** Row 20: agreement without a true time. */
export const berkeleyScenario: AnyScenario = scenario({
  id: "clocks/berkeley",
  rows: [20],
  title: "The Berkeley algorithm: a group of clocks that agree",
  about: "The master asks all clocks, takes the mean, and tells each by how much it is off, itself included.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 4, 2, 20),
    offsetMs: integer("largest difference of a wall clock from true time", 5_000, 0, 2_000_000),
    f: integer("processes that may crash", 1, 0, 19),
  },
  setup: ({ n, offsetMs, f }) => {
    const group: Bound<ClockGroup> = stack(berkeley({ master: 0 }), { links: network() });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: node === 0 ? "master" : `p${node}`, stack: group })),
      workload: () => [{ node: 0, calls: [{ request: "synchronise", args: [] }] }],
      properties: properties(clocksAgree("BK1")),
      dials: { clockOffsetMsMax: offsetMs },
      f,
      windowMs: 200,
      patienceMs: 500,
    };
  },
  counterexamples: [
    {
      change: "clocks drift by a tenth while they are compared",
      parameters: { driftPartsPerMillion: 100_000 },
      violates: "BK1",
    },
  ],
});
