import type { TraceEvent } from "../model/index.ts";

/** The kinds of step by which the length of a counterexample is measured. */
export type CountedKind =
  | "deliveries"
  | "losses"
  | "timeouts"
  | "crashes"
  | "recoveries"
  | "partitions"
  | "client calls";

/**
 * What an event counts as: deliveries, losses, timeouts, crashes, recoveries, partitions and client calls. Undefined
 * for sends and local steps, which are drawn but not counted: they follow from the step that set them off. A fault is a
 * partition when its name says so.
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
    case "fault":
      return name?.includes("partition") ? "partitions" : undefined;
    default:
      return undefined;
  }
};

/** The length of a counterexample: how many of its events count. */
export const countedEvents = (events: readonly TraceEvent[]): number =>
  events.reduce((count, event) => (countedAs(event) === undefined ? count : count + 1), 0);
