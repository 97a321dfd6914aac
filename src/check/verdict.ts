import type { PropertyKind } from "./property.ts";

/** Unknown is never success and never failure. */
export type Outcome = "holds" | "violated" | "unknown";

/** How strong a verdict is. */
export interface Strength {
  readonly by: "seeds" | "exhaustive" | "counterexample" | "budget";
  readonly runs?: number;
  readonly states?: number;
  /** Length of the counterexample: deliveries, losses, timeouts, crashes, recoveries, partitions and client calls. */
  readonly events?: number;
}

/** The verdict on one property. */
export interface Verdict {
  readonly property: string;
  readonly kind: PropertyKind;
  readonly text: string;
  readonly verdict: Outcome;
  readonly strength: Strength;
  /** How often the premise occurred over all runs. 0 means that the property was never put to the test. */
  readonly exercised: number;
  /** On a violation: what went wrong, in one sentence. */
  readonly clause?: string;
  /** On a violation: the string that shows exactly that run again. */
  readonly replay?: string;
}

/** The strength of a verdict in words. */
export const describeStrength = ({ by, runs, states, events }: Strength): string => {
  if (by === "counterexample") return `${events ?? "?"}-event counterexample`;
  if (by === "exhaustive")
    return states === undefined ? `exhaustive, ${runs ?? "?"} runs` : `exhaustive, ${states} states`;
  if (by === "seeds") return `${runs ?? 0} seeds`;
  if (states !== undefined) return `budget spent after ${states} states`;
  return runs === undefined || runs === 0 ? "budget spent before the first run" : `budget spent after ${runs} runs`;
};

/** The worst of several: violated before unknown before holds. */
export const worst = (outcomes: readonly Outcome[]): Outcome => {
  if (outcomes.includes("violated")) return "violated";
  return outcomes.includes("unknown") ? "unknown" : "holds";
};
