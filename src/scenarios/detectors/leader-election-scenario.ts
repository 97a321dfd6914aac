import { eventualDetection, leaderAccuracy, properties } from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { excludeOnTimeout, monarchicalLeaderElection } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { watching } from "./watching.ts";

/** Row 30, over a perfect detector. */
export const leaderElectionScenario: AnyScenario = scenario({
  id: "detectors/leader-election",
  rows: [30],
  title: "Leader election over a perfect failure detector: the king is dead, long live the king",
  about: "The highest rank that has not crashed leads. With certainty about crashes there is one leader at a time.",
  model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
  parameters: {
    n: integer("processes", 4, 2, 10),
    f: integer("processes that may crash", 3, 0, 9),
    timeoutMs: integer("timeout of the detector in ms", 25, 1, 10_000),
  },
  setup: ({ n, f, timeoutMs }) => ({
    ...watching(
      n,
      stack(monarchicalLeaderElection(), { detector: stack(excludeOnTimeout({ timeoutMs }), { links: network() }) }),
    ),
    properties: properties(eventualDetection("LE1"), leaderAccuracy("LE2")),
    f,
    windowMs: 300,
    patienceMs: 500,
  }),
  counterexamples: [
    {
      change: "the leader is slow, is taken for crashed, and another one is elected beside it",
      model: { timing: "eventually-synchronous" },
      violates: "LE2",
      eventsMax: 12,
    },
  ],
});
