export * from "./exclude-on-timeout.ts";
export * from "./failure-detector.ts";
export * from "./increasing-timeout.ts";
