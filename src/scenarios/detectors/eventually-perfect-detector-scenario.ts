import { eventualStrongAccuracy, properties, strongCompleteness } from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { type IncreasingTimeoutRules, increasingTimeout } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { calmMs, timing, watching } from "./watching.ts";

/** Row 27. */
export const eventuallyPerfectDetectorScenario: AnyScenario = scenario({
  id: "detectors/eventually-perfect",
  rows: [27],
  title: "An eventually perfect failure detector: the timeout grows until mistakes end",
  about:
    "A bound that nobody knows, or that holds only from some time on, is passed by a timeout that every mistake raises. Where there is no bound, suspicion flaps for ever.",
  model: { network: "reliable", nodes: "crash-stop", timing: "unknown-bound" },
  alsoModels: [{ network: "reliable", nodes: "crash-stop", timing: "eventually-synchronous" }],
  parameters: {
    n: integer("processes", 3, 2, 10),
    f: integer("processes that may crash", 1, 0, 9),
    stepMs: integer("first timeout, and by how much a mistake raises it", 40, 1, 10_000),
  },
  setup: ({ n, f, stepMs }, _model, rules: Partial<IncreasingTimeoutRules>) => ({
    ...watching(n, stack(increasingTimeout({ stepMs, rules }), { links: network() })),
    properties: properties(strongCompleteness("EPFD1"), eventualStrongAccuracy("EPFD2", calmMs)),
    f,
    ...timing,
  }),
  counterexamples: [
    { change: "messages may take any time: suspicion flaps", model: { timing: "asynchronous" }, violates: "EPFD2" },
    {
      change: "the timeout is never raised",
      rules: { raised: (delayMs) => delayMs },
      violates: "EPFD2",
    },
  ],
});
