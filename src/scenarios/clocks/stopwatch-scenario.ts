import { elapsedIsNotNegative, monotonicNeverDecreases, properties } from "../../check/index.ts";
import { type Bound, stack } from "../../model/index.ts";
import { type Stopwatch, stopwatch } from "../../protocols/index.ts";
import { type AnyScenario, choice, integer, scenario } from "../../simulate/index.ts";

/** Row 19. */
export const stopwatchScenario: AnyScenario = scenario({
  id: "clocks/stopwatch",
  rows: [19, 20],
  title: "Time of day and monotonic clocks: how long did it take?",
  about:
    "A wall clock is set now and then, by NTP or by a leap second. What is measured on it can be negative; on a monotonic clock it cannot.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 2, 1, 10),
    measurements: integer("measurements of each process", 4, 1, 100),
    clock: choice("the clock that measures", ["monotonic", "time of day"]),
  },
  setup: ({ n, measurements, clock }) => {
    const watch: Bound<Stopwatch> = stack(stopwatch({ clock: clock === "monotonic" ? "monotonic" : "wall" }), {});
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: watch })),
      workload: (draw) =>
        Array.from({ length: n }, (_, node) => ({
          node,
          resumes: true,
          calls: Array.from({ length: measurements }, (_, count) => ({
            request: "measure",
            args: [`work ${count + 1}`, 10 + draw.below("duration", 90)],
            until: ["elapsed"],
          })),
        })),
      properties: properties(elapsedIsNotNegative("MC1"), monotonicNeverDecreases("MC2")),
      faults: { crashes: 1, clockSteps: 3, clockStepMsMax: 2_000, leapSeconds: 1, clockDrifts: 1 },
      windowMs: 400,
      patienceMs: 1_000,
    };
  },
  counterexamples: [
    {
      change: "elapsed time is measured on the time of day, and the clock is stepped back meanwhile",
      parameters: { clock: "time of day" },
      violates: "MC1",
      eventsMax: 3,
    },
  ],
});
