import type { ChaosResult } from "./run.ts";

/** 0: nothing was wrong; 1: something was, or a fault never struck, and the run says nothing of it; 2: undecided. */
export const exitCodeOf = ({
  violations,
  neverHappened,
  unknowns,
}: Pick<ChaosResult, "violations" | "neverHappened" | "unknowns">): number => {
  if (violations.length > 0 || neverHappened.length > 0) return 1;
  return unknowns.length > 0 ? 2 : 0;
};
