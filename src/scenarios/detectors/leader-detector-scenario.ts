import { eventualAccuracy, eventualAgreement, properties } from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { type IncreasingTimeoutRules, increasingTimeout, monarchicalLeaderDetector } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { calmMs, timing, watching } from "./watching.ts";

/** Row 30, over an eventually perfect detector. */
export const leaderDetectorScenario: AnyScenario = scenario({
  id: "detectors/eventual-leader",
  rows: [30],
  title: "Ω: in the end all trust the same correct process",
  about:
    "Trust the highest rank that nobody suspects. Leaders change while suspicions do; once the timeouts are past the bound they stay. Without a bound they alternate for ever, and so does all that needs a leader.",
  model: { network: "reliable", nodes: "crash-stop", timing: "unknown-bound" },
  alsoModels: [{ network: "reliable", nodes: "crash-stop", timing: "eventually-synchronous" }],
  parameters: {
    n: integer("processes", 3, 2, 10),
    f: integer("processes that may crash", 2, 0, 9),
    stepMs: integer("first timeout of the detector, and by how much a mistake raises it", 40, 1, 10_000),
  },
  setup: ({ n, f, stepMs }, _model, rules: Partial<IncreasingTimeoutRules>) => ({
    ...watching(
      n,
      stack(monarchicalLeaderDetector(), {
        detector: stack(increasingTimeout({ stepMs, rules }), { links: network() }),
      }),
    ),
    properties: properties(eventualAccuracy("ELD1"), eventualAgreement("ELD2", calmMs)),
    f,
    ...timing,
  }),
  counterexamples: [
    { change: "no bound on delays: leaders alternate", model: { timing: "asynchronous" }, violates: "ELD2" },
    { change: "the timeout is never raised", rules: { raised: (delayMs) => delayMs }, violates: "ELD2" },
  ],
});
