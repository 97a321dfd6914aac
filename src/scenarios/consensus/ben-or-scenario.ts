import { consensusProperties } from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { type BenOrRules, benOr, bestEffortBroadcast } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario, toggle } from "../../simulate/index.ts";

/** Rows 58, 59 and 67. */
export const benOrScenario: AnyScenario = scenario({
  id: "consensus/ben-or",
  rows: [58, 59, 67],
  title: "Consensus by tossing coins",
  about:
    "No timing at all, and yet a decision: where votes show nothing everybody tosses a coin, and sooner or later enough coins fall alike. No run disagrees; that one goes on for ever has probability 0.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 5, 1, 9),
    f: integer("processes that may stop", 2, 0, 4),
    unanimous: toggle("whether all propose the same", false),
  },
  setup: ({ n, f, unanimous }, _model, rules: Partial<BenOrRules>) => {
    const consensus = stack(benOr({ f, rules }), { bestEffort: stack(bestEffortBroadcast(), { links: network() }) });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: consensus })),
      workload: (draw) =>
        Array.from({ length: n }, (_, node) => ({
          node,
          calls: [
            {
              request: "propose",
              args: [unanimous ? 1 : draw.below("value", 2)],
              afterMs: draw.below("pause", 20),
              until: ["decide"],
            },
          ],
        })),
      properties: consensusProperties("all propose"),
      f,
      windowMs: 200,
      patienceMs: 20_000,
    };
  },
  counterexamples: [
    {
      change: "n = 2f: half of the votes show no majority, and every round ends with a coin",
      parameters: { n: 4, f: 2, delayMsMin: 200, delayMsMax: 400 },
      violates: "C1",
    },
    {
      change: "n = 2f, and half of the votes count as a majority: both halves decide for themselves",
      parameters: { n: 2, f: 1 },
      rules: { decidesAt: () => 1, showsMajority: (votes, n) => 2 * votes >= n },
      violates: "C4",
      eventsMax: 12,
    },
    {
      change: "one vote is enough to decide, though others may not have seen it",
      rules: { decidesAt: () => 1 },
      violates: "C4",
    },
  ],
});
