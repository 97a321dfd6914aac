export type { ExploredRun } from "./counterexample.ts";
export { type ExploreResult, explore } from "./explore.ts";
export type { ExploreOptions } from "./explore-options.ts";
export type { NetworkKind } from "./network-draft.ts";
export type { Cut } from "./search.ts";
