import type { AnyScenario } from "../../simulate/index.ts";
import { raftLeaseScenario } from "./raft-lease-scenario.ts";
import { raftMembersScenario } from "./raft-members-scenario.ts";
import { raftSafetyScenario } from "./raft-safety-scenario.ts";
import { raftScenario } from "./raft-scenario.ts";

/** The lab's scenarios on Raft. */
export const raftScenarios: readonly AnyScenario[] = [
  raftScenario,
  raftMembersScenario,
  raftSafetyScenario,
  raftLeaseScenario,
];
export { raftMutants } from "./raft-mutants.ts";
