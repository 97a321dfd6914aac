export * from "./configuration.ts";
export * from "./messages.ts";
export * from "./raft.ts";
export type { RaftOptions } from "./raft-options.ts";
export * from "./raft-rules.ts";
export * from "./raft-state.ts";
export * from "./replicated-log.ts";
