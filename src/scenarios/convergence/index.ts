import type {
  AntiEntropyRules,
  CounterRules,
  LastWriterWinsRules,
  ObservedRemoveRules,
} from "../../protocols/index.ts";
import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { type OperationDeliveryRules, operationBasedScenario } from "./operation-based-scenario.ts";
import { counterScenario, lastWriterWinsScenario, observedRemoveScenario } from "./state-based-scenarios.ts";

/** The lab's scenarios on convergence. */
export const convergenceScenarios: readonly AnyScenario[] = [
  counterScenario,
  lastWriterWinsScenario,
  observedRemoveScenario,
  operationBasedScenario,
];

/** Known bugs of convergent data types that the scenarios must find. */
export const convergenceMutants: readonly Mutant[] = [
  {
    id: "crdt/V2",
    scenario: "convergence/last-writer-wins",
    change: "No tie-break by process: at equal times each replica keeps its own (Truxify#13986).",
    rules: { replaces: (local, remote) => !(local.time >= remote.time) } satisfies Partial<LastWriterWinsRules>,
    violates: ["SEC1"],
  },
  {
    id: "crdt/V3",
    scenario: "convergence/observed-remove-set",
    change:
      "A remove takes every addition of the value, also those that it has not observed: a concurrent add is lost.",
    rules: {
      removes: ({ value }, tombstones) => tombstones.some((tombstone) => tombstone.value === value),
    } satisfies Partial<ObservedRemoveRules>,
    violates: ["CRDT1"],
  },
  {
    id: "crdt/V4",
    scenario: "convergence/counter",
    change: "The grow-only counter is merged by sum: what is heard twice is counted twice.",
    parameters: { counter: "grow-only" },
    rules: { merge: (local, remote) => local + remote } satisfies Partial<CounterRules>,
    violates: ["CRDT1", "SEC1"],
  },
  {
    id: "crdt/V7",
    scenario: "convergence/observed-remove-set",
    change: "A tombstone is collected before every replica saw the remove: the element comes back (Riak's doomstone).",
    rules: { mayForget: () => true } satisfies Partial<AntiEntropyRules>,
    violates: ["CRDT1", "SEC1"],
  },
  {
    id: "crdt/V8",
    scenario: "convergence/operations",
    change: "Operations travel without causal order: a remove overtakes the addition that it takes (CRDT-Redis#2).",
    rules: { broadcast: () => "reliable" } satisfies Partial<OperationDeliveryRules>,
    violates: ["CRDT1", "SEC1"],
  },
  {
    id: "crdt/positive-negative-merged-by-sum",
    scenario: "convergence/counter",
    change: "The counter that goes both ways is merged by sum: overcount.",
    rules: { merge: (local, remote) => local + remote } satisfies Partial<CounterRules>,
    violates: ["CRDT1", "SEC1"],
  },
  {
    id: "crdt/operations-over-best-effort",
    scenario: "convergence/operations",
    change: "Operations travel by best-effort broadcast: one whose sender crashes on the way is lost to some.",
    rules: { broadcast: () => "best-effort" } satisfies Partial<OperationDeliveryRules>,
    violates: ["SEC2", "CRDT1", "SEC1"],
  },
];
