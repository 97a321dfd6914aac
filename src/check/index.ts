export * from "./history.ts";
export * from "./linearizability.ts";
export type { Culprit } from "./linearizability-culprit.ts";
export * from "./properties/byzantine-broadcast-properties.ts";
export * from "./properties/consensus-properties.ts";
export * from "./properties/detector-properties.ts";
export * from "./properties/election-properties.ts";
export * from "./properties/linearizability-properties.ts";
export * from "./properties/link-properties.ts";
export * from "./properties/register-properties.ts";
export * from "./properties/rpc-properties.ts";
export * from "./property.ts";
export * from "./sequential-consistency.ts";
export * from "./specification.ts";
/** Ready-made specifications, each a function of its initial value: `specifications.register(0)`. */
export * as specifications from "./specifications/index.ts";
export * from "./verdict.ts";
