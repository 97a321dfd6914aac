export * from "./configuration.ts";
export * from "./replicated-log.ts";
