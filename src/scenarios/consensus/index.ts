import type { AnyScenario, Mutant } from "../../simulate/index.ts";

/** The lab's scenarios on consensus. */
export const consensusScenarios: readonly AnyScenario[] = [];

/** Known bugs of consensus that the scenarios must find. */
export const consensusMutants: readonly Mutant[] = [];
