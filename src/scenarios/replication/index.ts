import type { AnyScenario, Mutant } from "../../simulate/index.ts";

/** The lab's scenarios on replication. */
export const replicationScenarios: readonly AnyScenario[] = [];

/** Known bugs of replication that the scenarios must find. */
export const replicationMutants: readonly Mutant[] = [];
