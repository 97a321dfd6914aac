import {
  eventualDelivery,
  properties,
  type ReplicatedSpecification,
  replicatedCounter,
  replicatedMultiValueRegister,
  replicatedRegister,
  replicatedSet,
  replicatedValue,
  strongConvergence,
} from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import {
  type AntiEntropyRules,
  type CounterRules,
  growOnlyCounter,
  type LastWriterWinsRules,
  lastWriterWinsRegister,
  type ObservedRemoveRules,
  observedRemoveSet,
  positiveNegativeCounter,
  type SetUpdate,
  type StateBasedType,
  signedCounter,
  stateBasedReplication,
} from "../../protocols/index.ts";
import {
  type AnyScenario,
  choice,
  type Draw,
  integer,
  type Script,
  type Setup,
  scenario,
} from "../../simulate/index.ts";

/** Every process makes so many updates, whether or not anybody can hear it. */
export const everybodyUpdates =
  (n: number, updates: number, make: (draw: Draw, node: number, at: number) => unknown) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: n }, (_, node) => ({
      node,
      calls: Array.from({ length: updates }, (_one, at) => ({
        request: "update",
        args: [make(draw, node, at)],
        afterMs: draw.below("pause", 60),
      })),
      resumes: true,
    }));

/** Adds or removes one of two elements. */
export const addOrRemove = (draw: Draw): SetUpdate<string> => ({
  kind: draw.chance("removes", 0.4) ? "remove" : "add",
  value: draw.pick("element", ["x", "y"]),
});

interface Replicas<State, Update, Value> {
  readonly n: number;
  readonly f: number;
  readonly updates: number;
  readonly type: StateBasedType<State, Update, Value>;
  readonly make: (draw: Draw, node: number, at: number) => Update;
  readonly specification: ReplicatedSpecification;
  readonly rules?: Partial<AntiEntropyRules>;
}

const replicas = <State, Update, Value>(of: Replicas<State, Update, Value>): Setup => {
  const one = stack(stateBasedReplication({ type: of.type, rules: of.rules ?? {} }), { links: network() });
  return {
    processes: Array.from({ length: of.n }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
    workload: everybodyUpdates(of.n, of.updates, of.make),
    properties: properties(
      strongConvergence("SEC1"),
      eventualDelivery("SEC2"),
      replicatedValue(of.specification, "CRDT1"),
    ),
    f: of.f,
    windowMs: 300,
  };
};

const size = {
  n: integer("replicas", 3, 1, 9),
  updates: integer("updates of each replica", 3, 1, 50),
  f: integer("replicas that may crash", 1, 0, 8),
};

/** The weakest model that there is without liars: no replica needs another, and lost states are made up for. */
const model = { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" } as const;

/** Row 83. */
export const counterScenario: AnyScenario = scenario({
  id: "convergence/counter",
  rows: [82, 83],
  title: "A counter that every replica can change alone",
  about:
    "Each replica counts for itself in both directions and takes the larger of what it knows and hears of the others. One " +
    "vector of signed counts would lose decrements: larger is newer only for what grows.",
  model,
  parameters: { ...size, counter: choice("how it counts", ["positive and negative", "grow-only", "signed"]) },
  setup: ({ n, updates, f, counter }, _model, rules: Partial<CounterRules>) => {
    const make = (draw: Draw): number => {
      const amount = 1 + draw.below("amount", 5);
      return counter !== "grow-only" && draw.chance("down", 0.4) ? -amount : amount;
    };
    const all = { n, f, updates, make, specification: replicatedCounter };
    if (counter === "grow-only") return replicas({ ...all, type: growOnlyCounter(rules) });
    if (counter === "signed") return replicas({ ...all, type: signedCounter });
    return replicas({ ...all, type: positiveNegativeCounter(rules) });
  },
  counterexamples: [
    {
      change: "one vector of signed counts, merged by maximum: decrements are lost",
      parameters: { counter: "signed" },
      violates: "CRDT1",
      eventsMax: 12,
    },
    {
      change: "a replica that recovers has forgotten its own count",
      model: { nodes: "crash-recovery" },
      violates: "SEC1",
    },
  ],
});

/** Row 83. */
export const lastWriterWinsScenario: AnyScenario = scenario({
  id: "convergence/last-writer-wins",
  rows: [82, 83],
  title: "A register where the last writer wins",
  about:
    "Every replica takes a write at once; all agree on the one with the highest logical time, ties broken by process. They " +
    "converge, and of two concurrent writes one is silently lost.",
  model,
  parameters: { ...size, claim: choice("what is claimed", ["one value", "no write is lost"]) },
  setup: ({ n, updates, f, claim }, _model, rules: Partial<LastWriterWinsRules>) =>
    replicas({
      n,
      f,
      updates,
      type: lastWriterWinsRegister<string>(rules),
      make: (_draw, node, at) => `v${node + 1}.${at + 1}`,
      specification: claim === "one value" ? replicatedRegister : replicatedMultiValueRegister,
    }),
  counterexamples: [
    {
      change: "the register is claimed to lose no write: a concurrent one is dropped",
      parameters: { claim: "no write is lost" },
      violates: "CRDT1",
      eventsMax: 12,
    },
  ],
});

/** Rows 83 and 84. */
export const observedRemoveScenario: AnyScenario = scenario({
  id: "convergence/observed-remove-set",
  rows: [82, 83, 84],
  title: "A set whose removes take what they have seen, with tombstones that are collected",
  about:
    "A remove leaves a tombstone for each addition that it saw, so that a replica that was out of touch does not bring the " +
    "element back. A tombstone may go once every replica has seen the remove; a moment earlier and the dead rise.",
  model,
  parameters: size,
  setup: ({ n, updates, f }, _model, rules: Partial<ObservedRemoveRules & AntiEntropyRules>) =>
    replicas({
      n,
      f,
      updates,
      type: observedRemoveSet<string>(rules),
      rules,
      make: addOrRemove,
      specification: replicatedSet,
    }),
  counterexamples: [
    {
      change: "tombstones are collected before every replica saw the remove: the element comes back (B6)",
      rules: { mayForget: () => true },
      violates: "CRDT1",
      eventsMax: 12,
    },
  ],
});
