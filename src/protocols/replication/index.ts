export * from "./compare-and-set.ts";
export * from "./replicated-state-machine.ts";
export * from "./state-machine.ts";
