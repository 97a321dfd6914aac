export * from "./check/index.ts";
export * from "./explore/index.ts";
export * from "./model/index.ts";
export * from "./protocols/index.ts";
export * from "./scenarios/index.ts";
export * from "./simulate/index.ts";
export * from "./trace/index.ts";
// Two rooms use these words for unlike things; here the lab's meaning holds, the protocols' own are at quorate/protocols.
export type { Outcome } from "./check/index.ts";
export type { Call } from "./simulate/index.ts";
