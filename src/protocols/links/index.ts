export * from "./perfect-link.ts";
export * from "./stubborn-link.ts";
