import { clockCondition, ordersOnlyCausality, properties, totalOrderOfStamps } from "../../check/index.ts";
import { compareLamport, type LamportRules, type LamportStamp, lamportClock } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario, toggle } from "../../simulate/index.ts";
import { conversationTimes, everybodyTalks, stamping } from "./conversation.ts";

const isBefore = (a: LamportStamp, b: LamportStamp): boolean => a.time < b.time;
const byCounterAlone = (a: LamportStamp, b: LamportStamp): number => a.time - b.time;

/** Row 22. */
export const lamportScenario: AnyScenario = scenario({
  id: "clocks/lamport",
  rows: [22],
  title: "Lamport clocks",
  about:
    "If a happened before b, a has the smaller counter. A smaller counter alone says nothing: the events may be concurrent. Counters with ties broken by process are a total order that contains happens-before.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    events: integer("events of each process, besides receipts", 4, 1, 50),
    crashes: integer("processes that may crash", 1, 0, 10),
    tieBreak: toggle("break ties of counters by process", true),
    converse: toggle("claim the converse too: a smaller counter means an earlier event", false),
  },
  setup: ({ n, events, crashes, tieBreak, converse }, _model, rules: Partial<LamportRules>) => ({
    processes: stamping(n, lamportClock({ rules })),
    workload: everybodyTalks(n, events),
    properties: properties(
      clockCondition("LC1", isBefore),
      totalOrderOfStamps("LC2", tieBreak ? compareLamport : byCounterAlone),
      ...(converse ? [ordersOnlyCausality("LC1-converse", isBefore)] : []),
    ),
    faults: { crashes },
    ...conversationTimes,
  }),
  counterexamples: [
    {
      change: "the clock condition is read backwards",
      parameters: { converse: true },
      violates: "LC1-converse",
      eventsMax: 6,
    },
    {
      change: "counters are compared without the process",
      parameters: { tieBreak: false },
      violates: "LC2",
      eventsMax: 4,
    },
    {
      change: "the counter is volatile, and a process that recovers begins anew",
      model: { nodes: "crash-recovery" },
      violates: "LC1",
      eventsMax: 6,
    },
  ],
});
