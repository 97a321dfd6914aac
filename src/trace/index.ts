export * from "./counted-events.ts";
export * from "./diagram.ts";
export type { Json } from "./plain-json.ts";
export * from "./stamps.ts";
export * from "./trace-error.ts";
export * from "./trace-file.ts";
