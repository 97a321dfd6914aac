import { clockCondition, properties, staysNearTimeOfDay } from "../../check/index.ts";
import { compareHybrid, type HybridRules, type HybridStamp, hybridClock } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { conversationTimes, everybodyTalks, stamping } from "./conversation.ts";

/** Row 24, first half. */
export const hybridScenario: AnyScenario = scenario({
  id: "clocks/hybrid",
  rows: [24],
  title: "Hybrid logical clocks",
  about:
    "A stamp that orders like Lamport's and reads like the time of day. It is ahead of the local clock by at most what two clocks differ, as long as they differ by no more than they are said to.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    events: integer("events of each process, besides receipts", 4, 1, 50),
    offsetMs: integer("largest difference of a wall clock from true time", 40, 0, 1_000_000),
    claimedMs: integer("the same, as it is believed to be", 40, 0, 1_000_000),
    clockSteps: integer("times that a wall clock is set", 0, 0, 10),
  },
  setup: ({ n, events, offsetMs, claimedMs, clockSteps }, _model, rules: Partial<HybridRules>) => ({
    processes: stamping(n, hybridClock({ rules })),
    workload: everybodyTalks(n, events),
    properties: properties(
      clockCondition<HybridStamp>("HLC1", (a, b) => compareHybrid(a, b) < 0),
      staysNearTimeOfDay("HLC2", 2 * claimedMs),
    ),
    dials: { clockOffsetMsMax: offsetMs },
    faults: { clockSteps },
    ...conversationTimes,
  }),
  counterexamples: [
    {
      change: "the clocks differ by more than they are said to",
      parameters: { claimedMs: 10 },
      violates: "HLC2",
      eventsMax: 2,
    },
    { change: "clocks are stepped back", parameters: { clockSteps: 3 }, violates: "HLC2", eventsMax: 6 },
    {
      change: "the time of a message is ignored at its receipt",
      rules: { latest: (own, _theirs, wall) => Math.max(own, wall) },
      violates: "HLC1",
      eventsMax: 2,
    },
  ],
});
