import type { AnyScenario, Mutant } from "../../simulate/index.ts";

/** The lab's scenarios on clocks. */
export const clocksScenarios: readonly AnyScenario[] = [];

/** Known bugs of clocks that the scenarios must find. */
export const clocksMutants: readonly Mutant[] = [];
