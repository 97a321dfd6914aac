import type { AnyScenario, Mutant } from "../../simulate/index.ts";

/** The lab's scenarios on byzantine. */
export const byzantineScenarios: readonly AnyScenario[] = [];

/** Known bugs of byzantine that the scenarios must find. */
export const byzantineMutants: readonly Mutant[] = [];
