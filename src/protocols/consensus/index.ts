export * from "./consensus.ts";
export * from "./paxos/index.ts";
