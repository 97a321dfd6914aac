import { fifoOrder, properties, reliableBroadcastProperties } from "../../check/index.ts";
import { stack } from "../../model/index.ts";
import { type FifoRules, fifoBroadcast } from "../../protocols/index.ts";
import { type AnyScenario, scenario } from "../../simulate/index.ts";
import { everybodyBroadcasts, group, processes, reliable, timing } from "./broadcasting.ts";

/** Row 37. */
export const fifoScenario: AnyScenario = scenario({
  id: "broadcast/fifo",
  rows: [37],
  title: "FIFO broadcast: each process is heard in the order in which it spoke",
  about: "A number on each message of a process is enough: what comes too early waits.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: group(3, 3, 2),
  setup: ({ n, messages, f }, model, rules: Partial<FifoRules>) => ({
    processes: processes(n, stack(fifoBroadcast<string>({ rules }), { reliable: reliable(model) })),
    workload: everybodyBroadcasts(n, messages, 10),
    properties: properties(...reliableBroadcastProperties("FRB"), fifoOrder("FRB5")),
    f,
    ...timing,
  }),
  counterexamples: [
    {
      change: "deliver over a gap",
      rules: { isNext: (sequence, next) => sequence >= next },
      violates: "FRB5",
      eventsMax: 12,
    },
  ],
});
