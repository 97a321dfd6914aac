export * from "./total-order-commit.ts";
export * from "./transaction.ts";
export * from "./two-phase-coordinator.ts";
export * from "./two-phase-participant.ts";
