export * from "./client-listener.ts";
export * from "./cluster-file.ts";
export * from "./configuration-error.ts";
export * from "./replica-configuration.ts";
export * from "./replica-server.ts";
export * from "./service-connection.ts";
export * from "./service-errors.ts";
