export * from "./finite-protocol.ts";
export * from "./finite-protocols.ts";
export * from "./general.ts";
export * from "./last-messenger.ts";
