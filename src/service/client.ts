/*
 * The entry `quorate/client`: what a program needs to ask a cluster.
 */
export type { CommandFailure, Consistency, Happened, KeyValueRefusal, QueryFailure } from "../machines/index.ts";
export { type ClusterFile, type ClusterMember, readClusterFile } from "./cluster-file.ts";
export { ConfigurationError } from "./configuration-error.ts";
export * from "./key-value-client.ts";
export * from "./service-connection.ts";
export * from "./service-errors.ts";
