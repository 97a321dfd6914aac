import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { bestEffortScenario } from "./best-effort-scenario.ts";
import { broadcastMutantList } from "./broadcast-mutants.ts";
import { garbageCollectingCausalScenario, noWaitingCausalScenario, waitingCausalScenario } from "./causal-scenarios.ts";
import { fifoScenario } from "./fifo-scenario.ts";
import { eagerGossipScenario, lazyGossipScenario, rumourScenario } from "./gossip-scenarios.ts";
import { eagerReliableScenario, lazyReliableScenario } from "./reliable-scenarios.ts";
import {
  consensusTotalOrderScenario,
  fifoTotalOrderScenario,
  lamportTotalOrderScenario,
  sequencerScenario,
} from "./total-order-scenarios.ts";
import { allAckUniformScenario, majorityAckUniformScenario } from "./uniform-scenarios.ts";

/** The lab's scenarios on broadcast. */
export const broadcastScenarios: readonly AnyScenario[] = [
  bestEffortScenario,
  eagerReliableScenario,
  lazyReliableScenario,
  allAckUniformScenario,
  majorityAckUniformScenario,
  fifoScenario,
  waitingCausalScenario,
  noWaitingCausalScenario,
  garbageCollectingCausalScenario,
  sequencerScenario,
  lamportTotalOrderScenario,
  consensusTotalOrderScenario,
  fifoTotalOrderScenario,
  eagerGossipScenario,
  lazyGossipScenario,
  rumourScenario,
];

/** Known bugs of broadcast that the scenarios must find. */
export const broadcastMutants: readonly Mutant[] = broadcastMutantList;
