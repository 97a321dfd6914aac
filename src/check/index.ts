
export * from "./property.ts";
export * from "./verdict.ts";
export * from "./properties/link-properties.ts";
