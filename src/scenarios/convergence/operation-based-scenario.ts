import {
  eventualDelivery,
  properties,
  replicatedCounter,
  replicatedSet,
  replicatedValue,
  strongConvergence,
} from "../../check/index.ts";
import { type AnyBound, type Bound, network, stack } from "../../model/index.ts";
import {
  type Broadcast,
  bestEffortBroadcast,
  eagerReliableBroadcast,
  operationBasedReplication,
  operationCounter,
  operationObservedRemoveSet,
  waitingCausalBroadcast,
} from "../../protocols/index.ts";
import { type AnyScenario, choice, type Draw, integer, scenario } from "../../simulate/index.ts";
import { addOrRemove, everybodyUpdates } from "./state-based-scenarios.ts";

/** Broadcasts by strength. */
type Strength = "best-effort" | "reliable" | "causal";

/** The decision on which replication by operations rests. */
export interface OperationDeliveryRules {
  /** The broadcast that is really used where one of some strength was asked for. */
  readonly broadcast: (asked: Strength) => Strength;
}

const broadcastOf = <M>(strength: Strength): Bound<Broadcast<M>> => {
  const reliable = <R>(): Bound<Broadcast<R>> =>
    stack(eagerReliableBroadcast<R>(), { bestEffort: stack(bestEffortBroadcast(), { links: network() }) });
  if (strength === "best-effort") return stack(bestEffortBroadcast<M>(), { links: network() });
  return strength === "reliable" ? reliable() : stack(waitingCausalBroadcast<M>(), { reliable: reliable() });
};

/** Rows 53 and 83. */
export const operationBasedScenario: AnyScenario = scenario({
  id: "convergence/operations",
  rows: [53, 82, 83],
  title: "Replication by operations is as good as the broadcast below it",
  about:
    "Operations, not states, go to the other replicas. Reliable broadcast suffices where all operations commute, as those of " +
    "a counter do; a set's remove must come after the addition that it takes, so it needs causal order.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("replicas", 3, 1, 9),
    updates: integer("updates of each replica", 3, 1, 50),
    f: integer("replicas that may crash", 1, 0, 8),
    data: choice("data type", ["set", "counter"]),
    broadcast: choice("broadcast below", ["causal", "reliable", "best-effort"]),
  },
  setup: ({ n, updates, f, data, broadcast }, _model, rules: Partial<OperationDeliveryRules>) => {
    const strength = (rules.broadcast ?? ((asked) => asked))(broadcast as Strength);
    const one: AnyBound =
      data === "set"
        ? stack(operationBasedReplication(operationObservedRemoveSet<string>()), { broadcast: broadcastOf(strength) })
        : stack(operationBasedReplication(operationCounter), { broadcast: broadcastOf(strength) });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
      workload: everybodyUpdates(n, updates, (draw: Draw) =>
        data === "set" ? addOrRemove(draw) : 1 + draw.below("amount", 5),
      ),
      properties: properties(
        strongConvergence("SEC1"),
        eventualDelivery("SEC2"),
        replicatedValue(data === "set" ? replicatedSet : replicatedCounter, "CRDT1"),
      ),
      f,
      windowMs: 300,
    };
  },
  counterexamples: [
    {
      change: "best-effort broadcast: an operation whose sender crashes on the way is lost to some",
      parameters: { broadcast: "best-effort" },
      violates: "SEC2",
    },
    {
      change: "reliable broadcast without causal order: a remove overtakes the addition",
      parameters: { broadcast: "reliable" },
      violates: "CRDT1",
      eventsMax: 12,
    },
  ],
});
