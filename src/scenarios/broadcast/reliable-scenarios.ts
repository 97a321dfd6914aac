import { reliableBroadcastProperties } from "../../check/index.ts";
import { stack } from "../../model/index.ts";
import {
  type EagerReliableRules,
  type ExcludeOnTimeoutRules,
  type LazyReliableRules,
  lazyReliableBroadcast,
} from "../../protocols/index.ts";
import { type AnyScenario, choice, scenario } from "../../simulate/index.ts";
import { bestEffort, detector, everybodyBroadcasts, group, processes, reliable, timing } from "./broadcasting.ts";

/** Row 35, eager. */
export const eagerReliableScenario: AnyScenario = scenario({
  id: "broadcast/eager-reliable",
  rows: [35],
  title: "Eager reliable broadcast: everybody relays everything",
  about: "All correct processes deliver a message or none, at the price of n messages for each of n receivers.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: group(3, 2, 2),
  setup: ({ n, messages, f }, model, rules: Partial<EagerReliableRules>) => ({
    processes: processes(n, reliable<string>(model, rules)),
    workload: everybodyBroadcasts(n, messages),
    properties: reliableBroadcastProperties("RB"),
    f,
    ...timing,
  }),
  counterexamples: [
    {
      change: "nobody relays, and the sender crashes in the middle of its sends",
      model: { network: "reliable" },
      rules: { relays: () => false },
      violates: "RB4",
      eventsMax: 12,
    },
  ],
});

const detectors: { readonly [name: string]: Partial<ExcludeOnTimeoutRules> } = {
  timeout: {},
  "misses every crash": { accuses: () => false },
  "accuses everybody": { accuses: () => true },
};

/** Row 35, lazy. */
export const lazyReliableScenario: AnyScenario = scenario({
  id: "broadcast/lazy-reliable",
  rows: [35],
  title: "Lazy reliable broadcast: relay only for those that crashed",
  about:
    "The detector must be complete: a crash that it misses breaks agreement. It need not be accurate, and so any timeout will do in any timing: who is accused wrongly costs only messages.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    ...group(3, 2, 2),
    detector: choice("what the failure detector does", Object.keys(detectors)),
  },
  setup: ({ n, messages, f, detector: kind }, model, rules: Partial<LazyReliableRules>) => ({
    processes: processes(
      n,
      stack(lazyReliableBroadcast<string>({ rules }), {
        bestEffort: bestEffort(model),
        detector: detector(detectors[kind]),
      }),
    ),
    workload: everybodyBroadcasts(n, messages),
    properties: reliableBroadcastProperties("RB"),
    f,
    ...timing,
  }),
  counterexamples: [
    {
      change: "the detector misses the crash of the sender",
      model: { network: "reliable" },
      parameters: { detector: "misses every crash" },
      violates: "RB4",
    },
  ],
});
