import type { AnyScenario, Mutant } from "../../simulate/index.ts";

/** The lab's scenarios on generals. */
export const generalsScenarios: readonly AnyScenario[] = [];

/** Known bugs of generals that the scenarios must find. */
export const generalsMutants: readonly Mutant[] = [];
