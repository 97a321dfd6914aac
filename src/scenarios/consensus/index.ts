import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { benOrScenario } from "./ben-or-scenario.ts";
import { paxosMutants } from "./paxos-mutants.ts";
import { paxosSafetyScenario, paxosScenario } from "./paxos-scenario.ts";

/** The lab's scenarios on consensus. */
export const consensusScenarios: readonly AnyScenario[] = [paxosScenario, paxosSafetyScenario, benOrScenario];

/** Known bugs of consensus that the scenarios must find. */
export const consensusMutants: readonly Mutant[] = [...paxosMutants];
