import { uniformBroadcastProperties } from "../../check/index.ts";
import { stack } from "../../model/index.ts";
import {
  type AllAckUniformRules,
  allAckUniformBroadcast,
  type MajorityAckUniformRules,
  majorityAckUniformBroadcast,
} from "../../protocols/index.ts";
import { type AnyScenario, scenario } from "../../simulate/index.ts";
import { bestEffort, detector, everybodyBroadcasts, group, processes, timing } from "./broadcasting.ts";

/** Row 36, with a perfect failure detector. */
export const allAckUniformScenario: AnyScenario = scenario({
  id: "broadcast/uniform-all-ack",
  rows: [36],
  title: "Uniform reliable broadcast: deliver when all that live have it",
  about:
    "Any number may crash, if the detector is perfect. One that accuses wrongly lets a process deliver what no other ever will.",
  model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
  parameters: group(3, 2, 2),
  setup: ({ n, messages, f }, model, rules: Partial<AllAckUniformRules>) => ({
    processes: processes(
      n,
      stack(allAckUniformBroadcast<string>({ rules }), { bestEffort: bestEffort(model), detector: detector() }),
    ),
    workload: everybodyBroadcasts(n, messages, 60),
    properties: uniformBroadcastProperties("URB"),
    f,
    ...timing,
  }),
  counterexamples: [
    {
      change: "lost answers: a process takes all others for crashed, delivers alone, and crashes before it got through",
      model: { network: "fair-loss" },
      parameters: { loss: 0.3 },
      violates: "URB4",
    },
  ],
});

/** Row 36, with a majority. */
export const majorityAckUniformScenario: AnyScenario = scenario({
  id: "broadcast/uniform-majority-ack",
  rows: [36],
  title: "Uniform reliable broadcast: deliver when a majority has it",
  about:
    "No failure detector and no bound on delays, as long as fewer than half crash. With half of them gone it blocks; it does not lie.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: group(3, 2, 1),
  setup: ({ n, messages, f }, model, rules: Partial<MajorityAckUniformRules>) => ({
    processes: processes(n, stack(majorityAckUniformBroadcast<string>({ rules }), { bestEffort: bestEffort(model) })),
    workload: everybodyBroadcasts(n, messages),
    properties: uniformBroadcastProperties("URB"),
    f,
    ...timing,
  }),
  counterexamples: [
    { change: "a majority crashes: it blocks", parameters: { f: 2 }, violates: "URB1" },
    { change: "deliver on first receipt", rules: { canDeliver: () => true }, violates: "URB4" },
  ],
});
