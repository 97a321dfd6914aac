/*
 * A trace as the rows of a text diagram. A message is one row, on which it is sent and arrives, wherever drawing it so
 * tells no lie: its sender must do nothing in between but send messages that arrive later still. Else its sending is a
 * row of its own, with a label by which its arrival refers to it.
 */
import type { EventId, NodeId, TraceEvent, TraceKind } from "../model/index.ts";
import { countedAs } from "./counted-events.ts";
import { eventText } from "./event-text.ts";
import { isForgery, type TraceView } from "./trace-view.ts";

/** A message that arrives or is lost. `late`: sent on an earlier row. `again`: it had arrived before. `unsent`: its sending is unknown, as when it was forged. */
export interface ArrowRow {
  readonly kind: "arrow";
  readonly event: TraceEvent;
  readonly number: number | undefined;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly line: "direct" | "late" | "again" | "unsent";
  readonly label: string | undefined;
}

/** Messages with one content, sent at one moment, some of which land on later rows; without a label none does. */
export interface SendsRow {
  readonly kind: "sends";
  readonly event: TraceEvent;
  readonly number: undefined;
  readonly from: NodeId;
  readonly to: readonly NodeId[];
  readonly label: string | undefined;
}

/** Something else at one node. */
export interface MarkRow {
  readonly kind: "mark";
  readonly event: TraceEvent;
  readonly number: number | undefined;
  readonly node: NodeId;
}

/** Something that concerns all nodes. */
export interface BandRow {
  readonly kind: "band";
  readonly event: TraceEvent;
  readonly number: number | undefined;
}

/** One row of a text diagram. */
export type DiagramRow = ArrowRow | SendsRow | MarkRow | BandRow;

/** Which events are drawn. */
export interface Selection {
  readonly kinds: ReadonlySet<TraceKind>;
  readonly only: ReadonlySet<EventId> | undefined;
  readonly marked: ReadonlySet<EventId>;
}

/** Characters by which the content of two messages is told apart. */
const TEXT_COMPARED = 200;

const isLanding = ({ kind }: TraceEvent): boolean => kind === "deliver" || kind === "drop";

/** The events to draw. A message that lands is never drawn without its sending. */
export const selectedEvents = (view: TraceView, { kinds, only, marked }: Selection): readonly TraceEvent[] => {
  const chosen = new Set<TraceEvent>();
  for (const event of view.events) {
    if (!marked.has(event.id) && !(kinds.has(event.kind) && (only?.has(event.id) ?? true))) continue;
    chosen.add(event);
    const send = view.sendOf(event);
    if (send?.kind === "send") chosen.add(send);
  }
  return [...chosen].sort((a, b) => a.id - b.id);
};

/** What becomes of the messages that are drawn, by their sends. */
interface Fates {
  /** The place of the first arrival or loss. */
  readonly first: ReadonlyMap<EventId, number>;
  /** Those that arrive, at once or later. */
  readonly arrive: ReadonlySet<EventId>;
  /** Those that arrive or are lost more than once. */
  readonly repeated: ReadonlySet<EventId>;
}

const fatesOf = (drawn: readonly TraceEvent[]): Fates => {
  const first = new Map<EventId, number>();
  const arrive = new Set<EventId>();
  const repeated = new Set<EventId>();
  for (const [at, event] of drawn.entries()) {
    if (!isLanding(event) || event.cause === undefined) continue;
    if (event.kind === "deliver") arrive.add(event.cause);
    if (first.has(event.cause)) repeated.add(event.cause);
    else first.set(event.cause, at);
  }
  return { first, arrive, repeated };
};

/** Whether two sends are of one broadcast: by one node, of one content. */
const isSameBroadcast = (a: TraceEvent, b: TraceEvent, view: TraceView): boolean =>
  a.kind === "send" && b.kind === "send" && a.node === b.node && sameText(a, b, view);

const sameText = (a: TraceEvent, b: TraceEvent, view: TraceView): boolean =>
  a.data === b.data || eventText(a, view, TEXT_COMPARED) === eventText(b, view, TEXT_COMPARED);

/** The events cut into runs: each broadcast is one, any other event is one of its own. */
const broadcastsOf = (drawn: readonly TraceEvent[], view: TraceView): readonly (readonly TraceEvent[])[] => {
  const runs: TraceEvent[][] = [];
  for (const event of drawn) {
    const last = runs.at(-1);
    if (last !== undefined && isSameBroadcast(last[0]!, event, view)) last.push(event);
    else runs.push([event]);
  }
  return runs;
};

/**
 * The sends that are drawn on the row of their landing. Going back in time, it keeps for each node where its next step
 * is, and the earliest row on which one of its later messages leaves: none may seem to leave before an earlier one.
 * Only messages that nobody gets may, since nobody can tell. A broadcast stays together.
 */
const foldedSends = (
  runs: readonly (readonly TraceEvent[])[],
  { first, arrive }: Fates,
  placeOf: (event: TraceEvent) => number,
): ReadonlySet<EventId> => {
  const folded = new Set<EventId>();
  const bounds = new Map<NodeId, number>();
  for (const run of runs.toReversed()) {
    const [event] = run as readonly [TraceEvent];
    const { node, kind } = event;
    if (node === undefined || kind === "drop" || kind === "fault") continue;
    if (kind !== "send") {
      bounds.set(node, placeOf(event));
      continue;
    }
    const arriving = run.filter(({ id }) => arrive.has(id));
    const landed = run.flatMap(({ id }) => first.get(id) ?? []);
    const bound = bounds.get(node) ?? Number.POSITIVE_INFINITY;
    // Within the run, too, what was sent first must land first.
    const inOrder = arriving.every(({ id }, at) => at === 0 || first.get(arriving[at - 1]!.id)! < first.get(id)!);
    const folds = inOrder && landed.every((landing) => landing <= bound);
    if (folds) for (const { id } of run) if (first.has(id)) folded.add(id);
    for (const send of arriving) {
      bounds.set(node, Math.min(bounds.get(node) ?? bound, folds ? first.get(send.id)! : placeOf(send)));
    }
  }
  return folded;
};

/** Builds the rows in order, numbering what counts and labelling the messages that need it. */
class RowPlan {
  readonly rows: DiagramRow[] = [];
  readonly #view: TraceView;
  readonly #selection: Selection;
  readonly #fates: Fates;
  readonly #folded: ReadonlySet<EventId>;
  readonly #labels = new Map<EventId, string>();
  readonly #arrived = new Set<EventId>();
  #labelCount = 0;
  #number = 0;

  constructor(
    view: TraceView,
    selection: Selection,
    drawn: readonly TraceEvent[],
    runs: readonly (readonly TraceEvent[])[],
  ) {
    this.#view = view;
    this.#selection = selection;
    this.#fates = fatesOf(drawn);
    const places = new Map(drawn.map((event, at) => [event, at]));
    this.#folded = foldedSends(runs, this.#fates, (event) => places.get(event) ?? 0);
  }

  /** Adds the sends of a broadcast, or any other event. */
  add(run: readonly TraceEvent[]): void {
    for (const event of run) {
      if (event.kind !== "send" || event.node === undefined || event.peer === undefined) this.#addEvent(event);
    }
    const sends = run.filter(({ kind, node, peer }) => kind === "send" && node !== undefined && peer !== undefined);
    const landing = sends.filter(({ id }) => this.#fates.first.has(id));
    const folded = landing.every(({ id }) => this.#folded.has(id));
    const shown = folded ? sends.filter((send) => !landing.includes(send) && this.#showsUnlanded(send)) : sends;
    if (shown.length > 0) this.#addSends(shown, folded ? undefined : this.#nextLabel());
  }

  /** In a picture of a part of a run, a message that lands nowhere says nothing. */
  #showsUnlanded(send: TraceEvent): boolean {
    return this.#selection.only === undefined || this.#selection.marked.has(send.id);
  }

  #addSends(sends: readonly TraceEvent[], label: string | undefined): void {
    const [event] = sends as readonly [TraceEvent];
    if (label !== undefined) for (const { id } of sends) this.#labels.set(id, label);
    const to = sends.flatMap(({ peer }) => peer ?? []);
    this.rows.push({ kind: "sends", event, number: undefined, from: event.node ?? 0, to, label });
  }

  #addEvent(event: TraceEvent): void {
    // A forged message is drawn where it arrives: until then nobody did anything.
    if (isForgery(event) && this.#fates.first.has(event.id)) return;
    const number = countedAs(event) === undefined ? undefined : ++this.#number;
    const send = this.#view.sendOf(event);
    const from = send?.node ?? event.peer;
    const to = event.node ?? send?.peer;
    if (isLanding(event) && from !== undefined && to !== undefined) this.#addArrow(event, number, send, from, to);
    else if (event.node !== undefined) this.rows.push({ kind: "mark", event, number, node: event.node });
    else this.rows.push({ kind: "band", event, number });
  }

  #addArrow(
    event: TraceEvent,
    number: number | undefined,
    send: TraceEvent | undefined,
    from: NodeId,
    to: NodeId,
  ): void {
    const line = this.#lineOf(event, send);
    if (send !== undefined && line === "direct" && this.#fates.repeated.has(send.id))
      this.#labels.set(send.id, this.#nextLabel());
    if (send !== undefined && event.kind === "deliver") this.#arrived.add(send.id);
    const label = send && this.#labels.get(send.id);
    this.rows.push({ kind: "arrow", event, number, from, to, line, label });
  }

  #lineOf(event: TraceEvent, send: TraceEvent | undefined): ArrowRow["line"] {
    if (send === undefined) return event.cause === undefined ? "unsent" : "direct";
    if (send.kind !== "send") return "unsent";
    if (this.#arrived.has(send.id)) return "again";
    return this.#folded.has(send.id) && !this.#labels.has(send.id) ? "direct" : "late";
  }

  #nextLabel(): string {
    return `m${++this.#labelCount}`;
  }
}

/** The rows of a diagram of the selected events, in the order of the trace. */
export const diagramRows = (view: TraceView, selection: Selection): readonly DiagramRow[] => {
  const drawn = selectedEvents(view, selection);
  const runs = broadcastsOf(drawn, view);
  const plan = new RowPlan(view, selection, drawn, runs);
  for (const run of runs) plan.add(run);
  return plan.rows;
};
