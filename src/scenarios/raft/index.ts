import type { AnyScenario } from "../../simulate/index.ts";
import { raftDatagramsScenario } from "./raft-datagrams-scenario.ts";
import { raftExploredScenario } from "./raft-explored-scenario.ts";
import { raftLeaseScenario } from "./raft-lease-scenario.ts";
import { raftMembersScenario } from "./raft-members-scenario.ts";
import { raftOneAtATimeScenario } from "./raft-one-at-a-time-scenario.ts";
import { raftSafetyScenario } from "./raft-safety-scenario.ts";
import { raftScenario } from "./raft-scenario.ts";
import { raftSwarmScenario } from "./raft-swarm-scenario.ts";

/** The lab's scenarios on Raft. */
export const raftScenarios: readonly AnyScenario[] = [
  raftScenario,
  raftMembersScenario,
  raftSafetyScenario,
  raftLeaseScenario,
  raftDatagramsScenario,
  raftSwarmScenario,
  raftOneAtATimeScenario,
  raftExploredScenario,
];
export { raftMutants } from "./raft-mutants.ts";
