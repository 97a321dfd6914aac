import type { AnyScenario, Mutant } from "../../simulate/index.ts";

/** The lab's scenarios on broadcast. */
export const broadcastScenarios: readonly AnyScenario[] = [];

/** Known bugs of broadcast that the scenarios must find. */
export const broadcastMutants: readonly Mutant[] = [];
