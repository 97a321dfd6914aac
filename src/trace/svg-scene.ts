import type { EventId, Trace, TraceEvent, TraceKind } from "../model/index.ts";
import { countedAs } from "./counted-events.ts";
import { kindsDrawn } from "./diagram.ts";
import { selectedEvents } from "./diagram-rows.ts";
import { layoutSvg, type SvgLayout } from "./svg-layout.ts";
import { type Ink, type Point, text } from "./svg-shapes.ts";
import { type TraceView, viewOf } from "./trace-view.ts";

/** Events beyond this many are left out, and the caption says so: a larger picture shows nothing. */
export const SVG_EVENTS_MAX = 2_000;

/** Which events to draw. */
export interface SvgOptions {
  /** Only these events (a causal slice, say). */
  readonly only?: ReadonlySet<EventId> | undefined;
  /** The events at fault: always drawn, and ringed. */
  readonly marked?: ReadonlySet<EventId> | undefined;
  /** Only events of these kinds; `kindsDrawn` unless given. */
  readonly kinds?: ReadonlySet<TraceKind> | undefined;
}

/** What the parts of the picture share. */
export interface Scene {
  readonly view: TraceView;
  readonly drawn: readonly TraceEvent[];
  readonly layout: SvgLayout;
  readonly marked: ReadonlySet<EventId>;
  readonly numbers: ReadonlyMap<EventId, number>;
  /** Sends that land in the picture. */
  readonly landed: ReadonlySet<EventId>;
  /** Deliveries of messages that had been delivered before. */
  readonly copies: ReadonlySet<EventId>;
  readonly count: number;
}

/** Characters of each value in the words of an event. */
export const TEXT_LENGTH_MAX: number = 200;

/** Radius of a delivery. */
export const RADIUS: number = 8;

const copiesAmong = (drawn: readonly TraceEvent[]): ReadonlySet<EventId> => {
  const delivered = new Set<EventId>();
  const copies = new Set<EventId>();
  for (const { kind, cause, id } of drawn) {
    if (kind !== "deliver" || cause === undefined) continue;
    if (delivered.has(cause)) copies.add(id);
    delivered.add(cause);
  }
  return copies;
};

/** Selects what is drawn, and places and numbers it. */
export const sceneOf = (trace: Trace, { only, marked = new Set(), kinds = kindsDrawn }: SvgOptions): Scene => {
  const view = viewOf(trace);
  const chosen = selectedEvents(view, { kinds, only, marked });
  const landing = new Set(chosen.flatMap((event) => view.sendOf(event)?.id ?? []));
  // In a picture of a part of a run, a message that lands nowhere says nothing.
  const idle = ({ id, kind }: TraceEvent): boolean => kind === "send" && !landing.has(id) && !marked.has(id);
  const selected = only === undefined ? chosen : chosen.filter((event) => !idle(event));
  const drawn = selected.slice(0, SVG_EVENTS_MAX);
  const counted = drawn.filter((event) => countedAs(event) !== undefined);
  return {
    view,
    drawn,
    layout: layoutSvg(view, drawn),
    marked,
    numbers: new Map(counted.map(({ id }, index) => [id, index + 1])),
    landed: new Set(drawn.flatMap((event) => view.sendOf(event)?.id ?? [])),
    copies: copiesAmong(drawn),
    count: selected.length,
  };
};

/** The colour that goes with the kind of an event. */
export const inkOf = ({ kind }: TraceEvent): Ink => {
  switch (kind) {
    case "deliver":
    case "send":
      return "message";
    case "drop":
    case "crash":
      return "loss";
    case "timer":
    case "pause":
      return "timer";
    case "recover":
      return "return";
    case "fault":
      return "fault";
    default:
      return "call";
  }
};

/** Where an event stands. */
export const placeOf = (event: TraceEvent, { layout }: Scene): Point => ({
  x: layout.x(event),
  y: layout.y(event.node ?? 0),
});

/** The number of an event that counts, for shapes without room for it. */
export const numberBeside = (event: TraceEvent, at: Point, { numbers }: Scene): string => {
  const number = numbers.get(event.id);
  return number === undefined ? "" : text(at, `${number}`, "faint", ' font-size="10"');
};
