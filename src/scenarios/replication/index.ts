import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { bankScenario, clockDecides } from "./bank-scenario.ts";
import { compareAndSetScenario, consensusCompareAndSetScenario } from "./compare-and-set-scenario.ts";

/** The lab's scenarios on replication. */
export const replicationScenarios: readonly AnyScenario[] = [
  bankScenario,
  compareAndSetScenario,
  consensusCompareAndSetScenario,
];

/** Known bugs of replication that the scenarios must find. */
export const replicationMutants: readonly Mutant[] = [
  {
    id: "replication/nondeterministic-apply",
    scenario: "replication/account",
    change: "What a command does depends on the replica's own clock (as etcd#14571 depended on local state).",
    rules: clockDecides,
    violates: ["SMR1"],
  },
];
