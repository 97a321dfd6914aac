import type { Outcome } from "../check/index.ts";

/** Exit codes of every command; from 64 on those of sysexits.h. */
export const exitHolds = 0;
export const exitViolated = 1;
export const exitUnknown = 2;
export const exitUsage = 64;
export const exitMissing = 69;
export const exitFault = 70;
/** The disk failed, or holds what it must not. */
export const exitStorage = 74;
/** No replica answered, or none could be reached: try again later. */
export const exitUnavailable = 75;
/** 128 and the number of SIGINT, as shells have it. */
export const exitInterrupted = 130;

/** The exit code of a verdict. */
export const exitCodeOf = (outcome: Outcome): number =>
  ({ holds: exitHolds, violated: exitViolated, unknown: exitUnknown })[outcome];
