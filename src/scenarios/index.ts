import type { AnyScenario, Mutant } from "../simulate/index.ts";
import { broadcastMutants, broadcastScenarios } from "./broadcast/index.ts";
import { byzantineMutants, byzantineScenarios } from "./byzantine/index.ts";
import { clocksMutants, clocksScenarios } from "./clocks/index.ts";
import { commitMutants, commitScenarios } from "./commit/index.ts";
import { consensusMutants, consensusScenarios } from "./consensus/index.ts";
import { convergenceMutants, convergenceScenarios } from "./convergence/index.ts";
import { detectorsMutants, detectorsScenarios } from "./detectors/index.ts";
import { generalsMutants, generalsScenarios } from "./generals/index.ts";
import { linksMutants, linksScenarios } from "./links/index.ts";
import { raftMutants, raftScenarios } from "./raft/index.ts";
import { raftCourse } from "./raft/situations/course/index.ts";
import { couldTheseLogsBe } from "./raft/situations/log-picture.ts";
import { registersMutants, registersScenarios } from "./registers/index.ts";
import { replicationMutants, replicationScenarios } from "./replication/index.ts";
import { rpcMutants, rpcScenarios } from "./rpc/index.ts";
import { serviceMutants, serviceScenarios } from "./service/index.ts";

export { twoGeneralsOf } from "./generals/index.ts";
export { type Performance, perform, raftSituations, type Situation } from "./raft/situations/index.ts";
export {
  type CallMaker,
  type Replicated,
  type ReplicationRules,
  replicate,
  type ServiceCall,
  type ServiceScenario,
} from "./service/index.ts";

/** The lab: every scenario, in the order of the textbook. */
export const scenarios: readonly AnyScenario[] = [
  ...linksScenarios,
  ...rpcScenarios,
  ...generalsScenarios,
  ...clocksScenarios,
  ...detectorsScenarios,
  ...broadcastScenarios,
  ...registersScenarios,
  ...replicationScenarios,
  ...consensusScenarios,
  ...raftScenarios,
  ...serviceScenarios,
  ...byzantineScenarios,
  ...commitScenarios,
  ...convergenceScenarios,
];

/** Known bugs of all families, and a few changes that are none. */
export const mutants: readonly Mutant[] = [
  ...linksMutants,
  ...rpcMutants,
  ...generalsMutants,
  ...clocksMutants,
  ...detectorsMutants,
  ...broadcastMutants,
  ...registersMutants,
  ...replicationMutants,
  ...consensusMutants,
  ...raftMutants,
  ...serviceMutants,
  ...byzantineMutants,
  ...commitMutants,
  ...convergenceMutants,
];

/** More scenarios of Raft, each for one thing: lessons of a course, and a picture of logs to be reached. */
export const raftExercises: readonly AnyScenario[] = [...raftCourse, couldTheseLogsBe];

/** The scenario of an id, of the lab or of Raft's exercises, or undefined. */
export const findScenario = (id: string): AnyScenario | undefined =>
  [...scenarios, ...raftExercises].find((scenario) => scenario.id === id);
