export * from "./trace-error.ts";
