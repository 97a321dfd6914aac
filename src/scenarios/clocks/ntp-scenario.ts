import { offsetErrorWithin, properties } from "../../check/index.ts";
import { type Bound, type Nothing, network, stack } from "../../model/index.ts";
import { cristianEstimate, ntpEstimate, type TimeSource, timeClient, timeServer } from "../../protocols/index.ts";
import { type AnyScenario, choice, integer, type Process, type Script, scenario } from "../../simulate/index.ts";

const server = 0;

const serverAndClient = (algorithm: string): readonly Process[] => {
  const telling: Bound<Nothing> = stack(timeServer(), { links: network("time") });
  const asking: Bound<TimeSource> = stack(
    timeClient({ server, estimateOf: algorithm === "Cristian" ? cristianEstimate : ntpEstimate }),
    { links: network("time") },
  );
  return [
    { name: "server", stack: telling },
    { name: "client", stack: asking },
  ];
};

const asksOften = (times: number): readonly Script[] => [
  {
    node: 1,
    resumes: true,
    calls: Array.from({ length: times }, () => ({ request: "synchronise", args: [], afterMs: 20 })),
  },
];

const algorithms: readonly ["NTP", "Cristian"] = ["NTP", "Cristian"];
const offsetText = "largest difference of a wall clock from true time";

/** Row 20: the bound that always holds. */
export const ntpScenario: AnyScenario = scenario({
  id: "clocks/ntp",
  rows: [20],
  title: "How far is my clock off? An estimate and its error",
  about:
    "Four times of one exchange give an offset and a delay. Whatever the network does, the offset is off by half of the delay at most; so the quickest of several exchanges is the best.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    algorithm: choice("how the offset is reckoned", algorithms),
    times: integer("exchanges", 4, 1, 100),
    offsetMs: integer(offsetText, 200_000, 0, 2_000_000),
  },
  setup: ({ algorithm, times, offsetMs }) => ({
    processes: serverAndClient(algorithm),
    workload: () => asksOften(times),
    properties: properties(
      offsetErrorWithin("NTP1", server, 0.5, "The estimated offset is off by at most half of the delay."),
    ),
    dials: { clockOffsetMsMax: offsetMs },
    faults: { crashes: 1 },
    windowMs: 200,
    patienceMs: 500,
  }),
  counterexamples: [
    {
      change: "clocks drift by a tenth while they are compared, as no clock does",
      parameters: { driftPartsPerMillion: 100_000 },
      violates: "NTP1",
      eventsMax: 5,
    },
  ],
});

/** Row 20: when the estimate is exact. */
export const ntpSymmetricScenario: AnyScenario = scenario({
  id: "clocks/ntp-symmetric",
  rows: [20],
  title: "The estimate assumes that both ways take equally long",
  about:
    "On symmetric paths the offset is right. On a path that is longer one way it is off by half of the difference, and nothing in the four times shows it.",
  model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
  parameters: {
    times: integer("exchanges", 3, 1, 100),
    offsetMs: integer(offsetText, 200_000, 0, 2_000_000),
    asymmetryMs: integer("milliseconds that the way to the server takes longer", 0, 0, 1_000),
  },
  setup: ({ times, offsetMs, asymmetryMs }) => ({
    processes: serverAndClient("NTP"),
    workload: () => asksOften(times),
    properties: properties(
      offsetErrorWithin("NTP2", server, 0, "On symmetric paths the estimated offset is right."),
      offsetErrorWithin("NTP1", server, 0.5, "The estimated offset is off by at most half of the delay."),
    ),
    dials: { clockOffsetMsMax: offsetMs, delayMsMin: 5, delayMsMax: 5 },
    distancesMs: [
      [0, 0],
      [asymmetryMs, 0],
    ],
    windowMs: 200,
    patienceMs: 500,
  }),
  counterexamples: [
    {
      change: "the way to the server is longer than the way back",
      parameters: { asymmetryMs: 20 },
      violates: "NTP2",
      eventsMax: 4,
    },
    { change: "delays vary", parameters: { delayMsMin: 1, delayMsMax: 10 }, violates: "NTP2", eventsMax: 4 },
  ],
});
