import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { raftScenario } from "./raft-scenario.ts";

/** The lab's scenarios on Raft. */
export const raftScenarios: readonly AnyScenario[] = [raftScenario];

/** Known bugs of Raft that the scenarios must find. */
export const raftMutants: readonly Mutant[] = [];
