import { properties, strictOrder } from "../../check/index.ts";
import { lamportClock } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { conversationTimes, everybodyTalks, stamping } from "./conversation.ts";

/** Row 21. It has no counterexample: it is a definition. */
export const happensBeforeScenario: AnyScenario = scenario({
  id: "clocks/happens-before",
  rows: [21],
  title: "Happens-before: what could have influenced what",
  about:
    "The order of events in a process, a sending before its receipt, and what follows from these. Two events that are not ordered by it are concurrent, whatever any clock says.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    events: integer("events of each process, besides receipts", 3, 1, 50),
    crashes: integer("crashes", 1, 0, 10),
  },
  setup: ({ n, events, crashes }) => ({
    processes: stamping(n, lamportClock()),
    workload: everybodyTalks(n, events),
    properties: properties(strictOrder("HB1")),
    faults: { crashes },
    ...conversationTimes,
  }),
});
