export * from "./check/index.ts";
export * from "./explore/index.ts";
export * from "./machines/index.ts";
export * from "./model/index.ts";
/** The textbook, by name: `protocols.perfectLink()`. Also flat, at `quorate/protocols`. */
export * as protocols from "./protocols/index.ts";
export * from "./scenarios/index.ts";
export * from "./simulate/index.ts";
export * from "./trace/index.ts";
