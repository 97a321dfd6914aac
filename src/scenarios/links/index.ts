import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { perfectLinkScenario } from "./perfect-link-scenario.ts";

/** The lab's scenarios on links. */
export const linksScenarios: readonly AnyScenario[] = [perfectLinkScenario];

/** Known bugs of links that the scenarios must find. */
export const linksMutants: readonly Mutant[] = [];
