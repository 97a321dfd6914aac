import { bestEffortBroadcastProperties, broadcastAgreement, properties } from "../../check/index.ts";
import { type AnyScenario, scenario, toggle } from "../../simulate/index.ts";
import { bestEffort, everybodyBroadcasts, group, processes, timing } from "./broadcasting.ts";

/** Row 34. */
export const bestEffortScenario: AnyScenario = scenario({
  id: "broadcast/best-effort",
  rows: [34],
  title: "Best-effort broadcast: send to everybody, and hope to get to the end",
  about:
    "What a correct process broadcasts reaches all. A sender that crashes on the way leaves some with the message and some without.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    ...group(3, 2, 2),
    asReliable: toggle("ask of it what only reliable broadcast promises: agreement", false),
  },
  setup: ({ n, messages, f, asReliable }, model) => ({
    processes: processes(n, bestEffort<string>(model)),
    workload: everybodyBroadcasts(n, messages),
    properties: properties(...bestEffortBroadcastProperties(), ...(asReliable ? [broadcastAgreement("RB4")] : [])),
    f,
    ...timing,
  }),
  counterexamples: [
    {
      change: "the sender crashes in the middle of its sends, and agreement was expected",
      model: { network: "reliable" },
      parameters: { asReliable: true },
      violates: "RB4",
      eventsMax: 12,
    },
  ],
});
