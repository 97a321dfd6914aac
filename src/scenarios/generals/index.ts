import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { twoGeneralsScenario } from "./two-generals-scenario.ts";

export { twoGeneralsOf } from "./two-generals-scenario.ts";

/** The lab's scenarios on generals. */
export const generalsScenarios: readonly AnyScenario[] = [twoGeneralsScenario];

/** Known bugs of generals that the scenarios must find. */
export const generalsMutants: readonly Mutant[] = [];
