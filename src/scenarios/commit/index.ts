import type { AnyScenario, Mutant } from "../../simulate/index.ts";

/** The lab's scenarios on commit. */
export const commitScenarios: readonly AnyScenario[] = [];

/** Known bugs of commit that the scenarios must find. */
export const commitMutants: readonly Mutant[] = [];
