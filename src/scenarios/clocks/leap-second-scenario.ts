import { elapsedIsNotNegative, properties } from "../../check/index.ts";
import { type Bound, stack } from "../../model/index.ts";
import { type LeapSecond, type Stopwatch, smearedStopwatch, stopwatch } from "../../protocols/index.ts";
import { type AnyScenario, choice, integer, scenario } from "../../simulate/index.ts";

/** Milliseconds from the start of a run to its leap second. */
const leapsAtMs = 50;
/** When that is by the time of day: runs begin at midnight of one fixed day. */
const leap: LeapSecond = { at: 1_800_000_000_000 + leapsAtMs, smearMs: 100_000 };

/** Row 20: what is asked of clocks in a day that has one second more. */
export const leapSecondScenario: AnyScenario = scenario({
  id: "clocks/leap-second",
  rows: [20],
  title: "A leap second: all at once, or spread around",
  about:
    "Clocks that leap show the last second of the day twice, and what was measured across it is negative, on all computers at the same moment. A smeared clock runs a little slower for a while instead: every duration is a little wrong, and none is absurd.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 2, 1, 10),
    measurements: integer("measurements of each process", 4, 1, 100),
    clock: choice("how the time of day takes the leap second", ["smeared", "leaping"]),
  },
  setup: ({ n, measurements, clock }) => {
    const watch: Bound<Stopwatch> =
      clock === "smeared" ? stack(smearedStopwatch(leap), {}) : stack(stopwatch({ clock: "wall" }), {});
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: watch })),
      workload: (draw) =>
        Array.from({ length: n }, (_, node) => ({
          node,
          calls: Array.from({ length: measurements }, (_, count) => ({
            request: "measure",
            args: [`work ${count + 1}`, 60 + draw.below("duration", 60)],
            until: ["elapsed"],
          })),
        })),
      properties: properties(elapsedIsNotNegative("MC1")),
      plan: [{ kind: "leap-second", at: leapsAtMs }],
      faults: { clockDrifts: 1 },
      windowMs: 400,
      patienceMs: 1_000,
    };
  },
  counterexamples: [
    {
      change: "the clock leaps: the last second of the day comes twice",
      parameters: { clock: "leaping" },
      violates: "MC1",
      eventsMax: 3,
    },
  ],
});
