import { properties, strongAccuracy, strongCompleteness } from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { type ExcludeOnTimeoutRules, excludeOnTimeout } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { watching } from "./watching.ts";

/** Row 26. */
export const perfectDetectorScenario: AnyScenario = scenario({
  id: "detectors/perfect",
  rows: [26],
  title: "A perfect failure detector: who is silent for a round trip has crashed",
  about:
    "Only a bound on message delays that is known and always holds tells a crashed process from a slow one. One message later than that, or one process that was stalled, and somebody is accused for ever.",
  model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    f: integer("processes that may crash", 2, 0, 9),
    timeoutMs: integer(
      "timeout in ms; a message there and its answer take up to twice the longest delay",
      25,
      1,
      10_000,
    ),
  },
  setup: ({ n, f, timeoutMs }, _model, rules: Partial<ExcludeOnTimeoutRules>) => ({
    ...watching(n, stack(excludeOnTimeout({ timeoutMs, rules }), { links: network() })),
    properties: properties(strongCompleteness("PFD1"), strongAccuracy("PFD2")),
    f,
    windowMs: 300,
    patienceMs: 500,
  }),
  counterexamples: [
    {
      change: "one slow message, or one process that is stalled: somebody is accused for ever",
      model: { timing: "eventually-synchronous" },
      violates: "PFD2",
      eventsMax: 12,
    },
    { change: "nobody knows the bound", model: { timing: "unknown-bound" }, violates: "PFD2", eventsMax: 12 },
    { change: "there is no bound", model: { timing: "asynchronous" }, violates: "PFD2", eventsMax: 12 },
    {
      change: "an answer is lost",
      model: { network: "fair-loss" },
      parameters: { n: 2 },
      violates: "PFD2",
      eventsMax: 12,
    },
    {
      change: "the timeout is shorter than a round trip",
      parameters: { timeoutMs: 12 },
      violates: "PFD2",
      eventsMax: 12,
    },
  ],
});
