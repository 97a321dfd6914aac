import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { counterScenario } from "./counter-scenario.ts";
import { keyValueScenario } from "./key-value-scenario.ts";

export { type Replicated, type ReplicationRules, replicate, type ServiceScenario } from "./replicate.ts";
export type { CallMaker, ServiceCall } from "./service-workload.ts";

/** The lab's scenarios on replicated services. */
export const serviceScenarios: readonly AnyScenario[] = [counterScenario, keyValueScenario];

/** Known bugs of services that the scenarios must find. */
export const serviceMutants: readonly Mutant[] = [];
