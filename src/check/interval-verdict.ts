import type { Operation } from "./history.ts";

/** The operations at fault, in the order in which the sentence tells them. */
export interface IntervalCulprit<Input, Output> {
  readonly operations: readonly Operation<Input, Output>[];
  readonly sentence: string;
}

/** The verdict of an interval check. `exercised` counts the reads that were looked at. */
export type IntervalVerdict<Input, Output> =
  | { readonly verdict: "holds"; readonly exercised: number }
  | {
      readonly verdict: "violated";
      readonly exercised: number;
      readonly culprit: IntervalCulprit<Input, Output>;
    }
  | { readonly verdict: "unknown"; readonly exercised: number; readonly reason: string };

/** What is known of the reads of a history. */
export interface IntervalOptions<Input, Output> {
  /**
   * Whether a read owes everything that was acknowledged before it was called. All do when absent. Of a replicated type
   * that converges later, only the reads after everything was delivered do; the others owe only not to invent anything.
   */
  isSettled?(read: Operation<Input, Output>): boolean;
}

/** The verdict when no read was at fault. */
export const faultless = <Input, Output>(exercised: number): IntervalVerdict<Input, Output> =>
  exercised > 0
    ? { verdict: "holds", exercised }
    : { verdict: "unknown", exercised, reason: "never exercised: no read has a known answer" };
