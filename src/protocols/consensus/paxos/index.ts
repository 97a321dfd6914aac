export * from "./acceptor.ts";
export * from "./ballot.ts";
export * from "./learner.ts";
export * from "./paxos.ts";
export * from "./proposer.ts";
