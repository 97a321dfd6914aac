import { fifoDelivery, latencyBySize, properties, reliableDelivery } from "../../check/index.ts";
import { network } from "../../model/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";

const propagationMs = 10;

/** Row 3. */
export const bandwidthScenario: AnyScenario = scenario({
  id: "links/bandwidth",
  rows: [3],
  title: "Latency, bandwidth and packets",
  about:
    "A message takes the propagation delay and the time to put its bytes on the link; a short one behind a long one waits for it. Where the delay varies, the short one overtakes. Where packets are lost (--network fair-loss), a long message is many packets, and losing one of them loses it.",
  model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
  parameters: {
    messages: integer("messages, every other one long", 6, 1, 100),
    longBytes: integer("characters of a long message", 40, 1, 100_000),
    bytesPerMs: integer("bytes that a link takes in a millisecond", 1, 1, 1_000_000),
    jitterMs: integer("how much the propagation delay varies", 0, 0, 1_000),
  },
  setup: ({ messages, longBytes, bytesPerMs, jitterMs }) => ({
    processes: [0, 1].map((node) => ({ name: `p${node + 1}`, stack: network() })),
    workload: (draw) => [
      {
        node: 0,
        calls: Array.from({ length: messages }, (_, at) => ({
          request: "send",
          args: [1, `m${at + 1}`.padEnd(at % 2 === 0 ? longBytes : 0, ".")],
          afterMs: draw.below("pause", 60),
        })),
      },
    ],
    properties: properties(
      reliableDelivery("PL1"),
      fifoDelivery("FPL4"),
      latencyBySize("LAT1", {
        propagationMsMin: propagationMs,
        propagationMsMax: propagationMs + jitterMs,
        bytesPerMs,
      }),
    ),
    dials: {
      delayMsMin: propagationMs,
      delayMsMax: propagationMs + jitterMs,
      bandwidth: bytesPerMs,
      packetBytes: 10,
    },
    windowMs: 500,
    patienceMs: 2_000,
  }),
  counterexamples: [
    {
      change: "the propagation delay varies: a long message is overtaken by a short one",
      parameters: { jitterMs: 50 },
      violates: "FPL4",
      eventsMax: 12,
    },
    {
      change: "packets are lost: a message that misses one of them never arrives",
      model: { network: "fair-loss" },
      violates: "PL1",
    },
  ],
});
