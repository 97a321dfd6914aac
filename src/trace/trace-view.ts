import type { EventId, NodeId, Trace, TraceEvent, TraceHeader } from "../model/index.ts";

/** A trace with what every drawing and every export looks up in it. */
export interface TraceView {
  readonly header: TraceHeader;
  readonly events: readonly TraceEvent[];
  /** The place of an event in `events`; -1 when the trace does not hold it (a slice, a window of a longer run). */
  readonly indexOf: (id: EventId) => number;
  /** The send or the forgery of what is delivered or dropped; undefined when it is not in this trace. */
  readonly sendOf: (event: TraceEvent) => TraceEvent | undefined;
  /** The name of a node; of an id that the header does not name, a stand-in. */
  readonly nameOf: (node: NodeId) => string;
}

/** A message that the network made up: the node of the event is the one in whose name it comes. */
export const isForgery = ({ kind, name, peer }: TraceEvent): boolean =>
  kind === "fault" && name === "forged" && peer !== undefined;

/** Ids ascend and are mostly dense, so the id itself is the first guess. */
const indexIn = (events: readonly TraceEvent[], id: EventId): number => {
  if (events[id]?.id === id) return id;
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (events[middle]!.id < id) low = middle + 1;
    else high = middle;
  }
  return events[low]?.id === id ? low : -1;
};

/** Looks into a trace without copying it. */
export const viewOf = ({ header, events }: Trace): TraceView => {
  const names = new Map(header.nodes.map(({ id, name }) => [id, name]));
  const indexOf = (id: EventId): number => indexIn(events, id);
  return {
    header,
    events,
    indexOf,
    sendOf: ({ kind, cause }) => {
      if (cause === undefined || (kind !== "deliver" && kind !== "drop")) return undefined;
      const event = events[indexOf(cause)];
      return event !== undefined && (event.kind === "send" || isForgery(event)) ? event : undefined;
    },
    nameOf: (node) => names.get(node) ?? `node ${node}`,
  };
};
