import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { benOrScenario } from "./ben-or-scenario.ts";
import { ledPaxosScenario } from "./led-paxos-scenario.ts";
import { paxosMutants } from "./paxos-mutants.ts";
import { paxosSafetyScenario, paxosScenario } from "./paxos-scenario.ts";

/** The lab's scenarios on consensus. */
export const consensusScenarios: readonly AnyScenario[] = [
  paxosScenario,
  paxosSafetyScenario,
  ledPaxosScenario,
  benOrScenario,
];

/** Known bugs of consensus that the scenarios must find. */
export const consensusMutants: readonly Mutant[] = [...paxosMutants];
