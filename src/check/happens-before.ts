import { describe, type EventId, type NodeId } from "../model/index.ts";
import type { PropertyEvent } from "./property.ts";

/**
 * Happens-before, by its definition: the order of events in a process, a sending before its receipt, and what follows
 * from these (Lamport 1978). It knows the whole past of each event as a set and no clock, so clocks can be held to it.
 * Plain data.
 */
export interface Computation<Stamp> {
  readonly events: Happening<Stamp>[];
  /** By process, the number of its last event. */
  readonly last: Map<NodeId, number>;
  /** Sendings by sender, receiver and content; a workload sends each message once. */
  readonly sendings: Map<string, number>;
}

/** One event of a process. */
export interface Happening<Stamp> {
  readonly number: number;
  readonly node: NodeId;
  readonly event: EventId;
  readonly what: string;
  readonly stamp: Stamp;
  /** The events directly before it: the last one of its process, and for a receipt the sending. */
  readonly before: readonly number[];
  /** All events before it. */
  readonly past: ReadonlySet<number>;
}

/** A computation in which nothing has happened. */
export const emptyComputation = <Stamp>(): Computation<Stamp> => ({
  events: [],
  last: new Map(),
  sendings: new Map(),
});

const wayOf = (from: NodeId, to: NodeId, message: unknown): string => `${from}>${to} ${describe(message, 10_000)}`;

const add = <Stamp>(
  { events, last }: Computation<Stamp>,
  { node, event }: PropertyEvent,
  what: string,
  stamp: Stamp,
  sending?: number,
): Happening<Stamp> => {
  const before = [last.get(node), sending].filter((number) => number !== undefined);
  const past = new Set(before);
  for (const number of before) for (const earlier of events[number]!.past) past.add(earlier);
  const happening = { number: events.length, node, event, what, stamp, before, past };
  events.push(happening);
  last.set(node, happening.number);
  return happening;
};

/**
 * Takes in what stamped links indicate: `local(label, stamp)`, `sent(to, message, stamp)`, `deliver(from, message,
 * stamp)`. Undefined for anything else, and for a receipt of something that nobody sent.
 */
export const happened = <Stamp>(computation: Computation<Stamp>, seen: PropertyEvent): Happening<Stamp> | undefined => {
  const { kind, name, node, args } = seen;
  if (kind !== "indication") return undefined;
  if (name === "local") return add(computation, seen, String(args[0]), args[1] as Stamp);
  const peer = args[0] as NodeId;
  if (name === "sent") {
    const sending = add(computation, seen, `sending of ${describe(args[1])}`, args[2] as Stamp);
    computation.sendings.set(wayOf(node, peer, args[1]), sending.number);
    return sending;
  }
  if (name !== "deliver") return undefined;
  const sending = computation.sendings.get(wayOf(peer, node, args[1]));
  if (sending === undefined) return undefined;
  return add(computation, seen, `receipt of ${describe(args[1])}`, args[2] as Stamp, sending);
};

/** Whether `a` happened before `b`. */
export const happenedBefore = <Stamp>(a: Happening<Stamp>, b: Happening<Stamp>): boolean => b.past.has(a.number);
