export * from "./acknowledged-link.ts";
export * from "./authenticated-link.ts";
export * from "./durable-fifo-link.ts";
export * from "./fifo-link.ts";
export * from "./logged-link.ts";
export * from "./number-set.ts";
export * from "./perfect-link.ts";
export * from "./stubborn-link.ts";
