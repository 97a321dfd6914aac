import type { AnyScenario } from "../../simulate/index.ts";
import { raftMembersSafetyScenario } from "./raft-members-safety-scenario.ts";
import { raftMembersScenario } from "./raft-members-scenario.ts";
import { raftSafetyScenario } from "./raft-safety-scenario.ts";
import { raftScenario } from "./raft-scenario.ts";
import { raftSnapshotsScenario } from "./raft-snapshots-scenario.ts";

/** The lab's scenarios on Raft. */
export const raftScenarios: readonly AnyScenario[] = [
  raftScenario,
  raftSafetyScenario,
  raftSnapshotsScenario,
  raftMembersScenario,
  raftMembersSafetyScenario,
];
export { raftMutants } from "./raft-mutants.ts";
