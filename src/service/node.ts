/*
 * The entry `quorate/node`: hosts for this machine's sockets and disks, and replicas of a service on them.
 */
export * from "../node/index.ts";
export type { ReplicaReport } from "./client-protocol.ts";
export { ConfigurationError } from "./configuration-error.ts";
export * from "./local-cluster.ts";
export * from "./replica-configuration.ts";
export * from "./replica-server.ts";
export * from "./serve.ts";
