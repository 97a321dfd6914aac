import type { TraceEvent } from "../model/index.ts";

/** The kinds of step by which the length of a counterexample is measured. */
export type CountedKind =
  | "deliveries"
  | "losses"
  | "timeouts"
  | "crashes"
  | "recoveries"
  | "partitions"
  | "other faults"
  | "client calls";

/** What merely ends a fault, makes a node a traitor before anything happens, or sends a message, is no step. */
const faultAs = (name: string): CountedKind | undefined => {
  if (name.endsWith(" end") || name.startsWith("byzantine") || name === "forged") return undefined;
  return name.includes("partition") ? "partitions" : "other faults";
};

/**
 * What an event counts as: deliveries, losses, timeouts, crashes, recoveries, partitions and client calls, and so that
 * no counterexample looks shorter than it is, pauses and all other faults. Undefined for sends and local steps, which
 * are drawn but not counted: they follow from the step that set them off.
 */
export const countedAs = ({ kind, name }: TraceEvent): CountedKind | undefined => {
  switch (kind) {
    case "deliver":
      return "deliveries";
    case "drop":
      return "losses";
    case "timer":
      return "timeouts";
    case "crash":
      return "crashes";
    case "recover":
      return "recoveries";
    case "call":
      return "client calls";
    case "pause":
    case "fault":
      return faultAs(name ?? "");
    default:
      return undefined;
  }
};

/** The length of a counterexample: how many of its events count. */
export const countedEvents = (events: readonly TraceEvent[]): number =>
  events.reduce((count, event) => (countedAs(event) === undefined ? count : count + 1), 0);
