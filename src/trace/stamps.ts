/*
 * Causality of a trace, derived from the program order of each node and from its message edges (Lamport 1978, Time,
 * Clocks, and the Ordering of Events; vectors as in Mattern 1989 and Fidge 1988).
 *
 * A drop, a fault, and whatever has no node happen in the environment: they know what caused them, but no process
 * learns of them, so nothing is caused by them unless an event says so. A crash is the last thing its node does, and
 * its recovery follows it.
 */
import { assert, type EventId, type NodeId, type Trace, type TraceEvent } from "../model/index.ts";
import { TraceError } from "./trace-error.ts";
import { type TraceView, viewOf } from "./trace-view.ts";

/** Vector entries of one trace: events × nodes. 512 MiB; a longer trace is cut into windows. */
export const VECTOR_ENTRIES_MAX: number = 134_217_728;

/** One step of a causal chain: a later event of the same process, what became of a message, or another effect. */
export interface ChainLink {
  readonly from: EventId;
  readonly to: EventId;
  readonly by: "process" | "message" | "cause";
}

/** Who could have known of what. All of it is over ids of events in the trace. */
export interface Causality {
  /** Lamport's clock: one more than the largest that the event knows of; the first events have 1. */
  lamport(id: EventId): number;
  /** For each node, in the order of the header, how many of its events the event knows of, itself among them. */
  vector(id: EventId): readonly number[];
  /** Whether `a` could have influenced `b`. No event happens before itself. */
  happensBefore(a: EventId, b: EventId): boolean;
  /** Whether neither of two different events could have influenced the other. */
  concurrent(a: EventId, b: EventId): boolean;
  /** How `a` reaches `b` with the fewest messages; undefined when it does not happen before it. */
  chain(a: EventId, b: EventId): readonly ChainLink[] | undefined;
  /** The events that could have influenced `id`, and `id` itself. */
  causalPast(id: EventId): ReadonlySet<EventId>;
}

/** Whether the event is a step of its node, and so ordered among the node's other events. */
export const isStep = ({ kind, node }: TraceEvent): boolean =>
  node !== undefined && kind !== "drop" && kind !== "fault";

const NONE = -1;

/** By place in the trace: the two events just before one, its stamps, and the lane of its node. */
interface Columns {
  readonly laneCount: number;
  readonly lanes: Int32Array;
  readonly before: Int32Array;
  readonly causes: Int32Array;
  readonly lamports: Int32Array;
  readonly vectors: Int32Array;
}

const emptyColumns = (count: number, laneCount: number): Columns => {
  if (count * laneCount > VECTOR_ENTRIES_MAX) {
    throw new TraceError(
      `${count} events of ${laneCount} nodes need more than ${VECTOR_ENTRIES_MAX} vector entries; cut the trace into parts`,
    );
  }
  return {
    laneCount,
    lanes: new Int32Array(count).fill(NONE),
    before: new Int32Array(count).fill(NONE),
    causes: new Int32Array(count).fill(NONE),
    lamports: new Int32Array(count),
    vectors: new Int32Array(count * laneCount),
  };
};

/** Takes over what the event at `from` knows. */
const learn = ({ vectors, lamports, laneCount }: Columns, at: number, from: number): void => {
  if (from === NONE) return;
  lamports[at] = Math.max(lamports[at]!, lamports[from]!);
  for (let lane = 0; lane < laneCount; lane++) {
    const known = vectors[from * laneCount + lane]!;
    if (known > vectors[at * laneCount + lane]!) vectors[at * laneCount + lane] = known;
  }
};

const fill = (view: TraceView, columns: Columns): void => {
  const { laneCount, lanes, before, causes, lamports, vectors } = columns;
  const laneOf = new Map(view.header.nodes.map(({ id }, lane): [NodeId, number] => [id, lane]));
  const last = new Int32Array(laneCount).fill(NONE);
  for (const [at, event] of view.events.entries()) {
    const lane = isStep(event) ? laneOf.get(event.node!) : undefined;
    const cause = event.cause === undefined ? NONE : view.indexOf(event.cause);
    assert(cause < at, "an event comes after its cause");
    causes[at] = cause;
    learn(columns, at, cause);
    if (lane !== undefined) {
      lanes[at] = lane;
      before[at] = last[lane]!;
      learn(columns, at, last[lane]!);
      vectors[at * laneCount + lane]!++;
      last[lane] = at;
    }
    lamports[at]!++;
  }
};

/** The places from which `at` is reached in one step. */
const parentsOf = ({ before, causes }: Columns, at: number): readonly number[] =>
  before[at] === causes[at] || causes[at] === NONE ? [before[at]!] : [causes[at]!, before[at]!];

const pastOf = (columns: Columns, at: number): Set<number> => {
  const past = new Set([at]);
  for (const place of past) for (const parent of parentsOf(columns, place)) if (parent !== NONE) past.add(parent);
  return past;
};

const reaches = (columns: Columns, from: number, to: number): boolean => {
  const { lanes, laneCount, vectors } = columns;
  if (from >= to) return false;
  const lane = lanes[from]!;
  // What happens outside the processes has no entry in any vector; few events follow from it.
  if (lane === NONE) return pastOf(columns, to).has(from);
  return vectors[to * laneCount + lane]! >= vectors[from * laneCount + lane]!;
};

const linkBy = ({ lanes }: Columns, events: readonly TraceEvent[], from: number, to: number): ChainLink["by"] => {
  if (lanes[from] !== NONE && lanes[from] === lanes[to]) return "process";
  return events[from]!.kind === "send" ? "message" : "cause";
};

/** Walks back from `to`, one message further each round, and gives each place on the way the one that follows it. */
const nextTowards = (
  { events }: TraceView,
  columns: Columns,
  from: number,
  to: number,
): ReadonlyMap<number, number> => {
  const next = new Map<number, number>();
  const leadsHere = (at: number): boolean =>
    at === from || (at > from && (columns.lanes[from] === NONE || reaches(columns, from, at)));
  for (let round: [number, number][] = [[to, NONE]]; round.length > 0; ) {
    const further: [number, number][] = [];
    for (let step = round.pop(); step !== undefined; step = round.pop()) {
      const [at, after] = step;
      if (next.has(at)) continue;
      next.set(at, after);
      if (at === from) return next;
      for (const parent of parentsOf(columns, at)) {
        if (!leadsHere(parent)) continue;
        (linkBy(columns, events, parent, at) === "process" ? round : further).push([parent, at]);
      }
    }
    round = further;
  }
  return next;
};

const chainBetween = (view: TraceView, columns: Columns, from: number, to: number): readonly ChainLink[] => {
  const { events } = view;
  const next = nextTowards(view, columns, from, to);
  const chain: ChainLink[] = [];
  for (let at = from; at !== to; ) {
    const after = next.get(at);
    assert(after !== undefined, "an event that happens before another reaches it");
    chain.push({ from: events[at]!.id, to: events[after]!.id, by: linkBy(columns, events, at, after) });
    at = after;
  }
  return chain;
};

/**
 * Derives the stamps of every event, once; each question after that is cheap.
 *
 * @throws TraceError when events × nodes exceed `VECTOR_ENTRIES_MAX`.
 */
export const causalityOf = (trace: Trace): Causality => {
  const view = viewOf(trace);
  const { events } = view;
  const columns = emptyColumns(events.length, trace.header.nodes.length);
  fill(view, columns);
  const { laneCount, lamports, vectors } = columns;
  const place = (id: EventId): number => {
    const at = view.indexOf(id);
    assert(at !== NONE, "causality is asked of events in the trace");
    return at;
  };
  return {
    lamport: (id) => lamports[place(id)]!,
    vector: (id) => [...vectors.subarray(place(id) * laneCount, (place(id) + 1) * laneCount)],
    happensBefore: (a, b) => reaches(columns, place(a), place(b)),
    concurrent: (a, b) => a !== b && !reaches(columns, place(a), place(b)) && !reaches(columns, place(b), place(a)),
    chain: (a, b) =>
      reaches(columns, place(a), place(b)) ? chainBetween(view, columns, place(a), place(b)) : undefined,
    causalPast: (id) => new Set([...pastOf(columns, place(id))].map((at) => events[at]!.id)),
  };
};

/**
 * A chain as one line, `e3 ⇒ m7 ⇒ e12`: `e` an event, `m` a message by the event that sent it. Steps of one process
 * between a delivery and the next message are left out.
 */
export const chainText = (chain: readonly ChainLink[]): string => {
  const words: string[] = [];
  const say = (word: string): void => {
    if (words.at(-1) !== word) words.push(word);
  };
  for (const [at, { from, to, by }] of chain.entries()) {
    if (at === 0) say(by === "message" ? `m${from}` : `e${from}`);
    if (by === "message") say(`m${from}`);
    if (by !== "process" || at === chain.length - 1) say(`e${to}`);
  }
  return words.join(" ⇒ ");
};

/**
 * What explains some events: their causal past, and of the environment the faults so far, and the drops of messages
 * that were sent in that past. For the option `only` of a diagram.
 */
export const causalSlice = (trace: Trace, witnesses: readonly EventId[]): ReadonlySet<EventId> => {
  const causality = causalityOf(trace);
  const slice = new Set(witnesses.flatMap((id) => [...causality.causalPast(id)]));
  const last = Math.max(-1, ...witnesses);
  for (const { id, kind, cause } of trace.events) {
    if (id > last) break;
    if (kind === "fault" || (kind === "drop" && cause !== undefined && slice.has(cause))) slice.add(id);
  }
  return slice;
};
