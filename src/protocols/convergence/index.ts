export * from "./counters.ts";
export * from "./last-writer-wins-register.ts";
export * from "./observed-remove-set.ts";
export * from "./operation-based-replication.ts";
export * from "./replicated-data.ts";
export * from "./seen.ts";
export * from "./state-based-replication.ts";
