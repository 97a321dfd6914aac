import type { AnyScenario, Mutant } from "../../simulate/index.ts";

/** The lab's scenarios on detectors. */
export const detectorsScenarios: readonly AnyScenario[] = [];

/** Known bugs of detectors that the scenarios must find. */
export const detectorsMutants: readonly Mutant[] = [];
