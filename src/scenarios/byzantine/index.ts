import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { doubleEchoMutants } from "./double-echo-mutants.ts";
import { doubleEchoScenario } from "./double-echo-scenario.ts";

/** The lab's scenarios on byzantine. */
export const byzantineScenarios: readonly AnyScenario[] = [doubleEchoScenario];

/** Known bugs of byzantine that the scenarios must find. */
export const byzantineMutants: readonly Mutant[] = [...doubleEchoMutants];
