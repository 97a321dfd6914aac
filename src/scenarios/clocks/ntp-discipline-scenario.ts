import {
  panicCorrectsNothing,
  panicIsIndicated,
  properties,
  slewedNeverGoesBack,
  steppedWithin,
  timingsAreExact,
} from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { type DisciplineRules, disciplinedClock, timeServer } from "../../protocols/index.ts";
import { type AnyScenario, integer, type Script, scenario, toggle } from "../../simulate/index.ts";

const [server, client] = [0, 1];
/** The most that the client's clock gains or loses: parts per million. */
const driftPartsPerMillionMax = 500;

/** Reads the time again and again, and times 50 ms now and then. */
const looking = (timings: number): readonly Script[] => [
  {
    node: client,
    resumes: true,
    calls: Array.from({ length: timings }, (_, at) => [
      { request: "measure", args: [`work ${at + 1}`, 50], afterMs: 5 },
      ...Array.from({ length: 5 }, () => ({ request: "read", args: [], afterMs: 10 })),
    ]).flat(),
  },
];

/** Row 20: what is done about an offset. */
export const ntpDisciplineScenario: AnyScenario = scenario({
  id: "clocks/ntp-discipline",
  rows: [20],
  title: "A clock that follows a server: slew, step or panic",
  about:
    "Less than 125 ms off, a clock is run a little faster or slower, and nobody notices. More than that, it is set: whoever times 50 ms just then reads 50 ms and the step. From 1,000 s on it refuses, and says so. Meanwhile its own time of day drifts and is set by hand.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  notClaimed: [
    {
      id: "exact-timings",
      text: "What is timed on the disciplined clock is what passed. A step while the timing runs is measured too: time things on the monotonic clock.",
    },
  ],
  parameters: {
    timings: integer("timings of 50 ms, with five readings each", 8, 1, 100),
    pollMs: integer("milliseconds from one question to the next", 40, 1, 100_000),
    offsetMs: integer("largest difference of a wall clock from true time", 1_500_000, 0, 100_000_000),
    exactTimings: toggle("ask also for what is not claimed: timings on this clock that are what passed", false),
  },
  setup: ({ timings, pollMs, offsetMs, exactTimings }, _model, rules: Partial<DisciplineRules>) => ({
    processes: [
      { name: "server", stack: stack(timeServer(), { links: network("time") }) },
      {
        name: "client",
        stack: stack(disciplinedClock({ server, pollMs, pollsMax: 50, rules }), { links: network("time") }),
      },
    ],
    workload: () => looking(timings),
    properties: properties(
      slewedNeverGoesBack("NTPD1"),
      steppedWithin("NTPD2", server, driftPartsPerMillionMax),
      panicCorrectsNothing("NTPD3"),
      panicIsIndicated("NTPD4", server),
      ...(exactTimings ? [timingsAreExact("exact-timings")] : []),
    ),
    dials: { clockOffsetMsMax: offsetMs },
    // The server's clock is the right one by definition: it is not touched.
    faults: {
      candidates: [client],
      crashes: 1,
      clockSteps: 2,
      clockStepMsMax: 300,
      clockDrifts: 1,
      driftPartsPerMillionMax,
    },
    windowMs: 600,
    patienceMs: 10 * pollMs + 2_000,
  }),
  counterexamples: [
    {
      change: "timings on the clock, which are not claimed to be exact: the clock is stepped while 50 ms are timed",
      parameters: { exactTimings: true },
      violates: "exact-timings",
      eventsMax: 8,
    },
    {
      change: "a small difference is stepped away as well: the clock goes back",
      rules: { correctionOf: (offsetMs) => (Math.abs(offsetMs) < 1_000_000 ? "step" : "panic") },
      violates: "NTPD1",
      eventsMax: 14,
    },
    {
      change: "the clock is set between question and answer, and the exchange is used all the same",
      rules: { isUndisturbed: () => true },
      violates: "NTPD2",
      eventsMax: 8,
    },
    {
      change: "it steps whatever the difference",
      rules: { correctionOf: (offsetMs) => (Math.abs(offsetMs) < 125 ? "slew" : "step") },
      violates: "NTPD3",
      eventsMax: 6,
    },
  ],
});
