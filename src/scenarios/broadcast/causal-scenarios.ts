import { type AnyProperty, causalOrder, properties, reliableBroadcastProperties } from "../../check/index.ts";
import { stack } from "../../model/index.ts";
import {
  garbageCollectingCausalBroadcast,
  type NoWaitingCausalRules,
  noWaitingCausalBroadcast,
  type WaitingCausalRules,
  waitingCausalBroadcast,
} from "../../protocols/index.ts";
import { type AnyScenario, scenario } from "../../simulate/index.ts";
import { detector, everybodyBroadcasts, group, processes, reliable, timing } from "./broadcasting.ts";

const causalProperties: readonly AnyProperty[] = properties(...reliableBroadcastProperties("CRB"), causalOrder("CRB5"));

/** Row 38, by waiting. */
export const waitingCausalScenario: AnyScenario = scenario({
  id: "broadcast/causal-waiting",
  rows: [38],
  title: "Causal broadcast: a reply waits for its question",
  about: "Each message carries how much its sender had seen; it is held back until the receiver has seen as much.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: group(3, 3, 2),
  setup: ({ n, messages, f }, model, rules: Partial<WaitingCausalRules>) => ({
    processes: processes(n, stack(waitingCausalBroadcast<string>({ rules }), { reliable: reliable(model) })),
    workload: everybodyBroadcasts(n, messages),
    properties: causalProperties,
    f,
    ...timing,
  }),
  counterexamples: [
    {
      change: "drop the wait: the reply is delivered before the question",
      rules: { mayDeliver: () => true },
      violates: "CRB5",
      eventsMax: 12,
    },
    {
      change: "count a message into its own past: it waits for itself",
      rules: { ownInPast: (sentBefore) => sentBefore + 1 },
      violates: "CRB1",
      eventsMax: 12,
    },
  ],
});

/** Row 38, without waiting. */
export const noWaitingCausalScenario: AnyScenario = scenario({
  id: "broadcast/causal-no-waiting",
  rows: [38],
  title: "Causal broadcast without waiting: a reply brings its question along",
  about: "Nothing is ever held back, because each message carries its whole past, and so messages grow without bound.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: group(3, 3, 2),
  setup: ({ n, messages, f }, model, rules: Partial<NoWaitingCausalRules>) => ({
    processes: processes(n, stack(noWaitingCausalBroadcast<string>({ rules }), { reliable: reliable(model) })),
    workload: everybodyBroadcasts(n, messages),
    properties: causalProperties,
    f,
    ...timing,
  }),
  counterexamples: [
    {
      change: "the past that a message brings is not looked at",
      rules: { deliverable: (_past, relayed) => [relayed] },
      violates: "CRB5",
      eventsMax: 12,
    },
  ],
});

/** Row 38, without waiting, with messages that stay small. */
export const garbageCollectingCausalScenario: AnyScenario = scenario({
  id: "broadcast/causal-garbage-collecting",
  rows: [38],
  title: "Causal broadcast without waiting that forgets what all have",
  about:
    "What every process that lives has delivered leaves the past. A detector that accuses a slow process throws away what that process still needs.",
  model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
  parameters: group(3, 3, 2),
  setup: ({ n, messages, f }, model) => ({
    processes: processes(
      n,
      stack(garbageCollectingCausalBroadcast<string>(), { reliable: reliable(model), detector: detector() }),
    ),
    workload: everybodyBroadcasts(n, messages, 60),
    properties: causalProperties,
    f,
    ...timing,
  }),
  counterexamples: [
    {
      change: "a slow process is taken for crashed, and the past that it still needs is thrown away",
      model: { timing: "eventually-synchronous" },
      violates: "CRB5",
    },
  ],
});
