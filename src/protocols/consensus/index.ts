export * from "./consensus.ts";
