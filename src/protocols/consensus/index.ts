export * from "./ben-or.ts";
export * from "./consensus.ts";
export * from "./paxos/index.ts";
export * from "./raft/index.ts";
