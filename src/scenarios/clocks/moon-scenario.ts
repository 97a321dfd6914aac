import { clockCondition, properties } from "../../check/index.ts";
import { isVectorBefore, timeOfDayClock, vectorClock } from "../../protocols/index.ts";
import { type AnyScenario, choice, integer, type Script, scenario } from "../../simulate/index.ts";
import { stamping } from "./conversation.ts";

/** A says something to C and B, to C first, so that both sendings are before the answer; B, on hearing it, answers both. */
export const moonConversation: readonly Script[] = [
  {
    node: 0,
    calls: [
      { request: "send", args: [2, "The moon is made of cheese!"] },
      { request: "send", args: [1, "The moon is made of cheese!"] },
    ],
  },
  {
    node: 1,
    calls: [
      { request: "local", args: ["B listens"], until: ["deliver"] },
      { request: "send", args: [2, "Oh no it isn't!"] },
      { request: "send", args: [0, "Oh no it isn't!"] },
    ],
  },
];

/** Row 19 and row 23: why logs are not sorted by the time of day. */
export const moonScenario: AnyScenario = scenario({
  id: "clocks/moon",
  rows: [19, 23],
  title: "The moon is made of cheese: an answer before its question",
  about:
    "A speaks, B answers, and C hears the answer first. Sorted by the time of day the answer may still come first, since B's clock is behind A's; sorted by vectors it never does.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    stamps: choice("what messages are stamped with", ["vectors", "time of day"]),
    offsetMs: integer("largest difference of a wall clock from true time", 100, 0, 1_000_000),
  },
  setup: ({ stamps, offsetMs }) => ({
    processes: stamps === "vectors" ? stamping(3, vectorClock()) : stamping(3, timeOfDayClock()),
    workload: () => moonConversation,
    properties: properties(
      stamps === "vectors" ? clockCondition("LC1", isVectorBefore) : clockCondition<number>("LC1", (a, b) => a <= b),
    ),
    dials: { clockOffsetMsMax: offsetMs },
    windowMs: 150,
    patienceMs: 300,
  }),
  counterexamples: [
    {
      change: "messages are stamped with the time of day, and clocks differ",
      parameters: { stamps: "time of day" },
      violates: "LC1",
      eventsMax: 2,
    },
  ],
});
