import type { AnyScenario, Mutant } from "../../simulate/index.ts";

/** The lab's scenarios on rpc. */
export const rpcScenarios: readonly AnyScenario[] = [];

/** Known bugs of rpc that the scenarios must find. */
export const rpcMutants: readonly Mutant[] = [];
