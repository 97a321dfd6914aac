export * from "./best-effort-broadcast.ts";
export * from "./broadcast.ts";
export * from "./eager-reliable-broadcast.ts";
export * from "./waiting-causal-broadcast.ts";
