import { characterisesCausality, properties } from "../../check/index.ts";
import { isVectorBefore, mergeVectors, type VectorRules, vectorClock } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { conversationTimes, everybodyTalks, stamping } from "./conversation.ts";

/** Row 23. */
export const vectorScenario: AnyScenario = scenario({
  id: "clocks/vector",
  rows: [23],
  title: "Vector clocks",
  about:
    "One counter for each process: stamps are ordered exactly as events are, and incomparable exactly where events are concurrent. Nothing smaller does it.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    events: integer("events of each process, besides receipts", 4, 1, 50),
    crashes: integer("processes that may crash", 1, 0, 10),
  },
  setup: ({ n, events, crashes }, _model, rules: Partial<VectorRules>) => ({
    processes: stamping(n, vectorClock({ rules })),
    workload: everybodyTalks(n, events),
    properties: properties(characterisesCausality("VC1", isVectorBefore)),
    faults: { crashes },
    ...conversationTimes,
  }),
  counterexamples: [
    {
      change: "messages carry one entry less",
      rules: { carried: (stamp) => stamp.with(stamp.length - 1, 0) },
      violates: "VC1",
      eventsMax: 4,
    },
    {
      change: "a receipt takes the maximum and does not count itself",
      rules: { receive: mergeVectors },
      violates: "VC1",
      eventsMax: 2,
    },
  ],
});
