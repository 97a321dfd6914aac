import type { AnyScenario, Mutant } from "../../simulate/index.ts";

/** The lab's scenarios on convergence. */
export const convergenceScenarios: readonly AnyScenario[] = [];

/** Known bugs of convergence that the scenarios must find. */
export const convergenceMutants: readonly Mutant[] = [];
