import type { AnyScenario, Mutant } from "../../simulate/index.ts";

/** The lab's scenarios on registers. */
export const registersScenarios: readonly AnyScenario[] = [];

/** Known bugs of registers that the scenarios must find. */
export const registersMutants: readonly Mutant[] = [];
