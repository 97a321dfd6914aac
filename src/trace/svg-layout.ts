/*
 * Where the events of a trace stand in a space-time diagram: time to the right, a lane for each node. Time is not to
 * scale, since most of a run is waiting: a gap is drawn as long as it is, within limits, and events of one moment stand
 * beside one another in the order of their causes. So an arrow still leans the more the longer its message took.
 */
import type { EventId, NodeId, TraceEvent } from "../model/index.ts";
import { eventText } from "./event-text.ts";
import { cutTo, displayWidth } from "./text-line.ts";
import type { TraceView } from "./trace-view.ts";

/** Pixels of the user space. */
export const LANE_GAP: number = 104;
export const MARGIN_TOP: number = 76;
const GAP_MIN = 30;
const GAP_MAX = 110;
const STEP_GAP = 30;
const CHARACTER_WIDTH = 5.9;
const LABEL_CHARACTERS_MAX = 30;
/** Width that all gaps would have together, were they to scale. */
const SCALE_WIDTH = 900;

/** A short text beside its event, on one of two levels, so that neighbours do not overlap. */
export interface Label {
  readonly text: string;
  readonly level: "above" | "below";
}

/** Events of one moment begin at this place of the time axis. */
export interface Tick {
  readonly at: number;
  readonly x: number;
}

/** The whole picture, before it is drawn. */
export interface SvgLayout {
  readonly x: (event: TraceEvent) => number;
  readonly y: (node: NodeId) => number;
  readonly labels: ReadonlyMap<EventId, Label>;
  readonly ticks: readonly Tick[];
  readonly marginLeft: number;
  readonly end: number;
  readonly height: number;
}

/** What is said in words at the lane; messages say it along their arrows. */
const isLabelled = ({ kind }: TraceEvent): boolean => kind !== "send" && kind !== "deliver" && kind !== "drop";

/** Puts events one after the other on the time axis. */
class Placing {
  readonly places = new Map<EventId, number>();
  readonly labels = new Map<EventId, Label>();
  readonly ticks: Tick[] = [];
  readonly #view: TraceView;
  readonly #scale: number;
  readonly #lastOnLane = new Map<NodeId, { x: number; event: TraceEvent }>();
  readonly #labelEnds = new Map<string, number>();
  #at: number | undefined;
  #start: number;
  #furthest: number;

  constructor(view: TraceView, drawn: readonly TraceEvent[], marginLeft: number) {
    this.#view = view;
    this.#start = marginLeft;
    this.#furthest = marginLeft;
    const times = drawn.map(({ at }) => at);
    const span =
      times.reduce((most, at) => Math.max(most, at), 0) - times.reduce((least, at) => Math.min(least, at), 0);
    this.#scale = span > 0 ? SCALE_WIDTH / span : 0;
  }

  get end(): number {
    return [...this.#labelEnds.values()].reduce((end, x) => Math.max(end, x), this.#furthest);
  }

  add(event: TraceEvent): void {
    if (event.at !== this.#at) this.#startMoment(event.at);
    const { node } = event;
    const last = node === undefined ? undefined : this.#lastOnLane.get(node);
    const cause = event.cause === undefined ? undefined : this.places.get(event.cause);
    let x = Math.max(this.#start, cause === undefined ? 0 : cause + STEP_GAP / 2);
    // What one node sends at one moment leaves from one point.
    const isFan = last?.event.kind === "send" && event.kind === "send" && last.event.at === event.at;
    if (last !== undefined) x = Math.max(x, isFan ? last.x : last.x + STEP_GAP);
    if (isLabelled(event)) x = this.#addLabel(event, x);
    this.places.set(event.id, x);
    if (node !== undefined && event.kind !== "drop") this.#lastOnLane.set(node, { x, event });
    this.#furthest = Math.max(this.#furthest, x);
  }

  #startMoment(at: number): void {
    const gap = this.#at === undefined ? GAP_MIN : Math.abs(at - this.#at) * this.#scale;
    this.#start = this.#furthest + Math.min(GAP_MAX, Math.max(GAP_MIN, gap));
    this.#furthest = this.#start;
    this.#at = at;
    this.ticks.push({ at, x: this.#start });
  }

  /** Finds room for a label above or below the lane, further right if need be, and says where its event stands. */
  #addLabel(event: TraceEvent, x: number): number {
    const text = cutTo(eventText(event, this.#view, LABEL_CHARACTERS_MAX), LABEL_CHARACTERS_MAX);
    const endOf = (level: Label["level"]): number => this.#labelEnds.get(`${event.node ?? ""} ${level}`) ?? 0;
    const level =
      event.node === undefined || endOf("above") <= x || endOf("above") <= endOf("below") ? "above" : "below";
    const place = Math.max(x, endOf(level));
    this.labels.set(event.id, { text, level });
    this.#labelEnds.set(`${event.node ?? ""} ${level}`, place + (displayWidth(text) + 1) * CHARACTER_WIDTH);
    return place;
  }
}

/** Places the drawn events, which are in the order of the trace. */
export const layoutSvg = (view: TraceView, drawn: readonly TraceEvent[]): SvgLayout => {
  const names = view.header.nodes.map(({ name }) => Math.min(LABEL_CHARACTERS_MAX, displayWidth(name)));
  const marginLeft = 36 + 8 * Math.max(2, ...names);
  const placing = new Placing(view, drawn, marginLeft);
  for (const event of drawn) placing.add(event);
  const lanes = new Map(view.header.nodes.map(({ id }, lane): [NodeId, number] => [id, MARGIN_TOP + lane * LANE_GAP]));
  return {
    x: ({ id }) => placing.places.get(id) ?? marginLeft,
    y: (node) => lanes.get(node) ?? MARGIN_TOP,
    labels: placing.labels,
    ticks: placing.ticks,
    marginLeft,
    end: placing.end + GAP_MIN,
    height: MARGIN_TOP + Math.max(1, lanes.size) * LANE_GAP,
  };
};
