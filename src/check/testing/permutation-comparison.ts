import type { History } from "../history.ts";
import { checkLinearizability, type LinearizabilityVerdict } from "../linearizability.ts";
import type { Specification } from "../specification.ts";
import { agree } from "./agree.ts";
import { explains, inRealTime, isExplainedBy } from "./brute-force.ts";

/** Sizes of histories for which every permutation can be tried. */
export const smallSizes: readonly {
  readonly operations: number;
  readonly processes: number;
  readonly indeterminate: number;
}[] = [
  { operations: 5, processes: 3, indeterminate: 0 },
  { operations: 6, processes: 3, indeterminate: 30 },
  { operations: 6, processes: 6, indeterminate: 15 },
  { operations: 6, processes: 4, indeterminate: 70 },
];

/** A verdict on linearizability that is the one of a search through all permutations, and whose witness is one of them. */
export const verdictByPermutations = <S, I, O>(
  history: History<I, O>,
  specification: Specification<S, I, O>,
  told: () => string,
): LinearizabilityVerdict<S, I, O> => {
  const result = checkLinearizability(history, specification);
  agree(result.verdict, explains(history, specification, inRealTime) ? "holds" : "violated", told);
  if (result.verdict !== "holds") return result;
  const placed = new Set(result.witness);
  agree(placed.size, result.witness.length, told);
  for (const operation of history) if (operation.returnedAt !== undefined) agree(placed.has(operation), true, told);
  agree(isExplainedBy(result.witness, specification, specification.init(), inRealTime), true, told);
  return result;
};
