export type { ExploredRun } from "./counterexample.ts";
export { type ExploreResult, explore } from "./explore.ts";
export type { ExploreOptions, ReductionEffort } from "./explore-options.ts";
export type { Growth } from "./growth.ts";
export { decideLiveness } from "./liveness.ts";
export type { LivenessFinding } from "./liveness-finding.ts";
export type { NetworkKind } from "./network-draft.ts";
export {
  explorePacked,
  type PackedInvariant,
  type PackedOptions,
  type PackedResult,
  type PackedSystem,
} from "./packed-search.ts";
export { type ReachOptions, type ReachResult, reach, type StageReport } from "./reach.ts";
export type { ReductionReport } from "./reduction.ts";
export { abdReference } from "./reference/abd.ts";
export { paxosReference } from "./reference/paxos.ts";
export { singleCopyReference } from "./reference/single-copy.ts";
export { managersMax, twoPhaseCommit } from "./reference/two-phase-commit.ts";
export type { Cut } from "./search.ts";
