export * from "./check/index.ts";
export * from "./explore/index.ts";
export * from "./model/index.ts";
export * from "./protocols/index.ts";
export * from "./scenarios/index.ts";
export * from "./simulate/index.ts";
export * from "./trace/index.ts";
