import {
  type AnyProperty,
  eventuallyTimelyDelivery,
  properties,
  reliableDelivery,
  timelyDelivery,
} from "../../check/index.ts";
import { network, type TimingModel } from "../../model/index.ts";
import { type AnyScenario, type ExpectedCounterexample, integer, scenario } from "../../simulate/index.ts";

const delayMsMax = 10;
const boundFactorMax = 5;
const windowMs = 300;
/** After the window and the longest delay of what was sent within it. */
const settledMs = windowMs + delayMsMax;

const scenarioOf = (
  timing: TimingModel,
  title: string,
  about: string,
  property: AnyProperty,
  counterexamples: readonly ExpectedCounterexample[],
): AnyScenario =>
  scenario({
    id: `links/${timing}`,
    rows: [18],
    title,
    about,
    model: { network: "reliable", nodes: "crash-stop", timing },
    parameters: {
      sends: integer("messages of the first process, one every 20 ms", 25, 1, 1_000),
      pauseMs: integer("how long the second process pauses, 0 for not at all", 0, 0, 200),
    },
    setup: ({ sends, pauseMs }) => ({
      processes: [0, 1].map((node) => ({ name: `p${node + 1}`, stack: network() })),
      workload: () => [
        {
          node: 0,
          calls: Array.from({ length: sends }, (_, at) => ({ request: "send", args: [1, `m${at + 1}`], afterMs: 20 })),
        },
      ],
      properties: properties(reliableDelivery("PL1"), property),
      // Here it is the dial that is on trial; what processes add is asked for by name.
      faults: { pauses: 0, partitions: 0, slowNodes: 0 },
      plan: pauseMs > 0 ? [{ kind: "pause", at: 100, until: 100 + pauseMs, node: 1 }] : [],
      windowMs,
      patienceMs: 700,
      dials: { delayMsMax, gstMs: windowMs, boundFactorMax },
    }),
    counterexamples,
  });

/** Row 18, synchrony, and the pause that ends it. */
export const synchronousScenario: AnyScenario = scenarioOf(
  "synchronous",
  "A bound on delays that always holds",
  "The network keeps its bound in every run. Let the receiver pause (pauseMs=100: a garbage collection, a virtual machine that moves) and the bound is broken with a perfect network: synchrony is a promise of processes too.",
  timelyDelivery("SYN1", delayMsMax),
  [
    { change: "the receiving process pauses", parameters: { pauseMs: 100 }, violates: "SYN1", eventsMax: 12 },
    {
      change: "the bound holds only from some time on",
      model: { timing: "eventually-synchronous" },
      violates: "SYN1",
      eventsMax: 12,
    },
  ],
);

/** Row 18, the first form of partial synchrony. */
export const eventuallySynchronousScenario: AnyScenario = scenarioOf(
  "eventually-synchronous",
  "A known bound that holds from an unknown time on",
  "Before the global stabilisation time anything may take any time; after it the known bound holds. No process knows when that is.",
  eventuallyTimelyDelivery("GST1", delayMsMax, settledMs),
  [{ change: "there is no bound at all", model: { timing: "asynchronous" }, violates: "GST1" }],
);

/** Row 18, the second form of partial synchrony. */
export const unknownBoundScenario: AnyScenario = scenarioOf(
  "unknown-bound",
  "An unknown bound that always holds",
  "There is a bound, from the start and for ever, and no process knows it: each run has another one. Timeouts must grow until they are above it.",
  timelyDelivery("UNK1", delayMsMax * boundFactorMax),
  [{ change: "there is no bound at all", model: { timing: "asynchronous" }, violates: "UNK1", eventsMax: 12 }],
);
