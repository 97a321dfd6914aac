import type { AnyScenario } from "../../simulate/index.ts";
import { counterScenario } from "./counter-scenario.ts";
import { keyValueScenario } from "./key-value-scenario.ts";

export { type Replicated, type ReplicationRules, replicate, type ServiceScenario } from "./replicate.ts";
export { serviceMutants } from "./service-mutants.ts";
export type { CallMaker, ServiceCall } from "./service-workload.ts";

/** The lab's scenarios on replicated services. */
export const serviceScenarios: readonly AnyScenario[] = [keyValueScenario, counterScenario];
