export * from "./leader.ts";
export * from "./monarchical-leader-detector.ts";
export * from "./monarchical-leader-election.ts";
