import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { doubleEchoMutants } from "./double-echo-mutants.ts";
import { doubleEchoScenario } from "./double-echo-scenario.ts";
import { oralMessagesScenario } from "./oral-messages-scenario.ts";
import { signedMessagesMutants } from "./signed-messages-mutants.ts";
import { signedMessagesScenario } from "./signed-messages-scenario.ts";

/** The lab's scenarios on byzantine. */
export const byzantineScenarios: readonly AnyScenario[] = [
  doubleEchoScenario,
  oralMessagesScenario,
  signedMessagesScenario,
];

/** Known bugs of byzantine that the scenarios must find. */
export const byzantineMutants: readonly Mutant[] = [...doubleEchoMutants, ...signedMessagesMutants];
