import type { NodeId, Trace, TraceEvent } from "../model/index.ts";
import { HistoryError } from "./history.ts";
import {
  bestEffortBroadcastProperties,
  causalOrder,
  fifoOrder,
  gapFreeTotalOrder,
  reliableBroadcastProperties,
  totalOrder,
  uniformBroadcastProperties,
  uniformTotalOrder,
} from "./properties/broadcast-properties.ts";
import { eventualStrongAccuracy, strongAccuracy, strongCompleteness } from "./properties/detector-properties.ts";
import type { AnyProperty, Property, PropertyEvent, PropertyKind, Prospect, Report } from "./property.ts";
import type { Outcome } from "./verdict.ts";

/** The verdict on one property of one recorded run. */
export interface TraceVerdict {
  readonly property: string;
  readonly kind: PropertyKind;
  readonly text: string;
  readonly verdict: Outcome;
  /** How often its premise occurred in the trace. */
  readonly exercised: number;
  /** On a violation: what went wrong. */
  readonly clause?: string;
  /** On a violation: the ids of the events at fault; empty where something never came. */
  readonly events?: readonly number[];
  /** Where it is unknown: why. */
  readonly reason?: string;
}

/** How to read a trace. */
export interface TraceReading {
  /** The port to look at, as the trace has it in `path`; calls and answers at the top of the stack when absent. */
  readonly port?: string;
  /**
   * Whether the run was fair and went on long enough that what had not come by its end never would. Without that, what
   * is still owed at the end of a trace is unknown, since a trace ends where somebody stopped recording.
   */
  readonly isFair?: boolean;
}

const one = (id: string, make: (id: string) => AnyProperty): readonly (readonly [string, readonly AnyProperty[]])[] => [
  [id, [make(id)]],
];
const each = (all: readonly AnyProperty[]): readonly (readonly [string, readonly AnyProperty[]])[] =>
  all.map((property) => [property.id, [property]]);

/** By name: what a recorded run can be asked for. A name is the id of one property, or of several that belong together. */
const catalogue: ReadonlyMap<string, readonly AnyProperty[]> = new Map([
  ...each(bestEffortBroadcastProperties()),
  ...each(reliableBroadcastProperties()),
  ...each(uniformBroadcastProperties()),
  ...one("FRB5", fifoOrder),
  ...one("CRB5", causalOrder),
  ...one("TOB5", totalOrder),
  ...one("UTOB5", uniformTotalOrder),
  ...one("gap-free", gapFreeTotalOrder),
  ...one("PFD1", strongCompleteness),
  ...one("PFD2", strongAccuracy),
  ...one("EPFD1", strongCompleteness),
  ...one("EPFD2", eventualStrongAccuracy),
  ["order", [fifoOrder("FRB5"), causalOrder("CRB5"), totalOrder("TOB5"), uniformTotalOrder("UTOB5")]],
  ["accuracy", [strongAccuracy("PFD2"), eventualStrongAccuracy("EPFD2")]],
]);

/** The names that `tracePropertiesOf` knows: property ids, and `order` and `accuracy` for several at once. */
export const tracePropertyNames: readonly string[] = [...catalogue.keys()];

/** The properties of some names. Throws `HistoryError` for a name that is not one of `tracePropertyNames`. */
export const tracePropertiesOf = (names: readonly string[]): readonly AnyProperty[] => {
  const byId = new Map<string, AnyProperty>();
  for (const name of names) {
    const named = catalogue.get(name);
    if (named === undefined) {
      throw new HistoryError(
        `no property "${name}" can be checked from a trace: there are ${tracePropertyNames.join(", ")}`,
      );
    }
    for (const property of named) byId.set(property.id, property);
  }
  return [...byId.values()];
};

/** One property on its way through a trace. */
class Watch {
  readonly property: Property;
  readonly #state: unknown;
  readonly #nameOf: (clause: string) => string;
  exercised = 0;
  clause: string | undefined;
  events: readonly number[] = [];

  constructor(property: AnyProperty, { header }: Trace, nameOf: (clause: string) => string) {
    this.property = property as unknown as Property;
    this.#nameOf = nameOf;
    const nodes = header.nodes.map(({ id }) => id).sort((a, b) => a - b);
    this.#state = this.property.init({ nodes, model: header.model, parameters: header.parameters });
  }

  readonly #report: Report = {
    premise: () => {
      this.exercised++;
    },
    violated: (clause, ...events) => {
      if (this.clause !== undefined) return;
      this.clause = this.#nameOf(clause);
      this.events = events;
    },
  };

  take(event: PropertyEvent): void {
    if (this.clause === undefined) this.property.on?.(this.#state, event, this.#report);
  }

  end(prospect: Prospect): TraceVerdict {
    if (this.clause === undefined) this.property.end?.(this.#state, prospect, this.#report);
    const owed = this.clause === undefined ? (this.property.pending?.(this.#state, prospect) ?? null) : null;
    if (owed !== null && prospect.healed) this.clause = this.#nameOf(owed);
    const { id, kind, text } = this.property;
    const told = { property: id, kind, text, exercised: this.exercised };
    if (this.clause !== undefined) return { ...told, verdict: "violated", clause: this.clause, events: this.events };
    const reason = this.#doubt(owed);
    return reason === undefined ? { ...told, verdict: "holds" } : { ...told, verdict: "unknown", reason };
  }

  #doubt(owed: string | null): string | undefined {
    if (this.property.inspect !== undefined) return "it speaks about states, which a trace does not have";
    if (owed !== null) return `still owed where the trace ends: ${this.#nameOf(owed)}`;
    return this.exercised === 0 ? "never exercised: its premise did not occur" : undefined;
  }
}

const kinds: { readonly [kind: string]: PropertyEvent["kind"] } = {
  boot: "boot",
  crash: "crash",
  recover: "recover",
  call: "request",
  answer: "indication",
  request: "request",
  indication: "indication",
};

/** An event as properties see it, if it is one at the port, or of the life of a node. */
const seenAt = (event: TraceEvent, port: string): PropertyEvent | undefined => {
  const { id, kind, node, path = "" } = event;
  const seen = kinds[kind];
  if (seen === undefined || node === undefined) return undefined;
  const isLife = seen !== "request" && seen !== "indication";
  const place = kind === "call" || kind === "answer" ? "" : path.replace(/\[\d+\]/g, "[]");
  if (!isLife && place !== port) return undefined;
  if (!isLife && (event.name === undefined || !(event.data === undefined || Array.isArray(event.data)))) {
    throw new HistoryError(`event ${id} is a ${kind}: it needs a name, and its data are a list of arguments`);
  }
  return {
    kind: seen,
    event: id,
    node,
    incarnation: event.incarnation ?? 0,
    at: event.at,
    monotonic: event.monotonic ?? event.at,
    wall: event.wall ?? event.at,
    path: isLife ? "" : port,
    name: isLife ? "" : (event.name as string),
    args: isLife ? [] : ((event.data ?? []) as readonly unknown[]),
  };
};

/** Traitors: no property speaks about them. */
const traitorsOf = ({ events }: Trace): ReadonlySet<NodeId> =>
  new Set(
    events.flatMap(({ kind, name, node }) =>
      kind === "fault" && name === "byzantine begin" && node !== undefined ? [node] : [],
    ),
  );

/** Who is up at the end and, where nodes only stop, never crashed. */
const correctNodes = ({ header, events }: Trace, traitors: ReadonlySet<NodeId>): readonly NodeId[] => {
  const crashed = new Set<NodeId>();
  for (const { kind, node } of events) {
    if (node === undefined) continue;
    if (kind === "crash") crashed.add(node);
    else if (kind === "recover" && header.model.nodes === "crash-recovery") crashed.delete(node);
  }
  return header.nodes.map(({ id }) => id).filter((id) => !crashed.has(id) && !traitors.has(id));
};

/**
 * Verdicts on a recorded run, of whatever host: the properties see the requests and indications at a port, and the
 * crashes and recoveries, as they stand in the trace, and nothing is run again. Safety is decided by the trace alone.
 * Throws `HistoryError` for an event that is not as the format has it.
 */
export const checkTrace = (
  trace: Trace,
  properties: readonly AnyProperty[],
  { port = "", isFair = false }: TraceReading = {},
): readonly TraceVerdict[] => {
  const names = new Map(trace.header.nodes.map(({ id, name }) => [`${id}`, name]));
  const nameOf = (clause: string): string =>
    clause.replace(/\b([Pp]rocess) (\d+)\b/g, (_, word: string, id: string) => `${word} ${names.get(id) ?? id}`);
  const watches = properties.map((property) => new Watch(property, trace, nameOf));
  const traitors = traitorsOf(trace);
  for (const event of trace.events) {
    const seen = event.node !== undefined && traitors.has(event.node) ? undefined : seenAt(event, port);
    if (seen !== undefined) for (const watch of watches) watch.take(seen);
  }
  const correct = correctNodes(trace, traitors);
  return watches.map((watch) => watch.end({ correct, at: trace.events.at(-1)?.at ?? 0, healed: isFair }));
};
