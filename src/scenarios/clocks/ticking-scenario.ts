import { clockCondition, properties, totalOrderOfStamps } from "../../check/index.ts";
import { compareLamport, type LamportStamp, tickingLamportClock } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { conversationTimes, everybodyTalks, stamping } from "./conversation.ts";

/** Counters that tick 6, 8, 10, 12 … a unit, as in the figure of the book. */
export const ticksOf = (n: number): readonly number[] => Array.from({ length: n }, (_, node) => 6 + 2 * node);

/** Row 22, on clocks that run by themselves. */
export const tickingScenario: AnyScenario = scenario({
  id: "clocks/ticking",
  rows: [22],
  title: "Lamport's rules on clocks that tick at different rates",
  about: "A clock that is behind a message it receives is set forward, and never back.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    events: integer("events of each process, besides receipts", 4, 1, 50),
  },
  setup: ({ n, events }) => ({
    processes: stamping(n, tickingLamportClock({ ticks: ticksOf(n), unitMs: 10 })),
    workload: everybodyTalks(n, events),
    properties: properties(
      clockCondition<LamportStamp>("LC1", (a, b) => a.time < b.time),
      totalOrderOfStamps("LC2", compareLamport),
    ),
    ...conversationTimes,
  }),
});
