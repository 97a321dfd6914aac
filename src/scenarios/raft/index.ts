import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { raftMembersScenario } from "./raft-members-scenario.ts";
import { raftScenario } from "./raft-scenario.ts";
import { raftSnapshotsScenario } from "./raft-snapshots-scenario.ts";

/** The lab's scenarios on Raft. */
export const raftScenarios: readonly AnyScenario[] = [raftScenario, raftSnapshotsScenario, raftMembersScenario];

/** Known bugs of Raft that the scenarios must find. */
export const raftMutants: readonly Mutant[] = [];
