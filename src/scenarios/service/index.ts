import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { counterScenario } from "./counter-scenario.ts";

/** The lab's scenarios on replicated services. */
export const serviceScenarios: readonly AnyScenario[] = [counterScenario];

/** Known bugs of services that the scenarios must find. */
export const serviceMutants: readonly Mutant[] = [];
