/*
 * A trace as a space-time diagram for a terminal: a lane for each node, time flowing down, a row for each event, and
 * what happened in words at the right.
 */
import type { EventId, NodeId, Trace, TraceKind } from "../model/index.ts";
import { asciiGlyphs, drawnGlyphs, type Glyphs } from "./diagram-glyphs.ts";
import { type ArrowRow, type DiagramRow, diagramRows, type SendsRow } from "./diagram-rows.ts";
import { eventText, oneLine } from "./event-text.ts";
import { cutTo, displayWidth, TextLine, type Tint, wrap } from "./text-line.ts";
import { traceKinds } from "./trace-record.ts";
import { type TraceView, viewOf } from "./trace-view.ts";

/** What a diagram leaves out unless asked: the calls between the layers inside a node, and the housekeeping of hosts. */
const kindsHidden: readonly TraceKind[] = ["boot", "settled", "durable", "request", "indication", "disk"];

/** The kinds of event that a diagram shows unless told otherwise. */
export const kindsDrawn: ReadonlySet<TraceKind> = new Set(traceKinds.filter((kind) => !kindsHidden.includes(kind)));

/** How to draw. */
export interface DiagramOptions {
  /** Columns of the terminal; 80 unless given, at least 40. */
  readonly width?: number | undefined;
  /** Only characters that every terminal and every log has. */
  readonly ascii?: boolean | undefined;
  /** With the colours of a terminal. Every meaning has a shape or a word too. */
  readonly colour?: boolean | undefined;
  /** Only these events (a causal slice, say). */
  readonly only?: ReadonlySet<EventId> | undefined;
  /** The events at fault: always drawn, and pointed out with `!`. */
  readonly marked?: ReadonlySet<EventId> | undefined;
  /** Only events of these kinds; `kindsDrawn` unless given. */
  readonly kinds?: ReadonlySet<TraceKind> | undefined;
  /** Rows before the rest is only counted; 400 unless given. */
  readonly rowsMax?: number | undefined;
  /** How many of them are the last ones of the run, where not all are shown; 0 unless given. */
  readonly rowsLast?: number | undefined;
}

/** Columns of a lane; more than the larger one only parts what belongs together. */
const PITCH_MIN = 6;
const PITCH_MAX = 10;
const NAME_WIDTH_MAX = 9;
/** Columns for words: with fewer at the end of a row, a list says more than lanes. */
const TEXT_WIDTH_MIN = 24;
const TEXT_WIDTH_WANTED = 46;
const TEXT_LINES_MAX = 3;
const MESSAGE_LINES_MAX = 2;
const TIME_WIDTH_MAX = 7;
const WIDTH_MIN = 40;
const ROWS_MAX_DEFAULT = 400;

/** Times in milliseconds as they are printed; from the first event on when the numbers themselves are too long. */
interface Times {
  readonly head: string;
  readonly width: number;
  readonly format: (at: number) => string;
}

const timesOf = (rows: readonly DiagramRow[]): Times => {
  const ats = rows.map(({ event }) => event.at);
  const printed = (at: number): string => (ats.every(Number.isInteger) ? `${at}` : at.toFixed(1));
  const widest = (zero: number): number => ats.reduce((width, at) => Math.max(width, printed(at - zero).length), 2);
  if (widest(0) <= TIME_WIDTH_MAX) return { head: "ms", width: widest(0), format: printed };
  const zero = ats[0] ?? 0;
  return { head: "+ms", width: Math.max(3, widest(zero)), format: (at) => printed(at - zero) };
};

/** Where everything stands. Lanes are undefined when they do not fit. */
interface Layout {
  readonly view: TraceView;
  readonly glyphs: Glyphs;
  readonly colour: boolean;
  readonly marked: ReadonlySet<EventId>;
  readonly numberWidth: number;
  readonly times: Times;
  readonly gutter: number;
  readonly lanes: ReadonlyMap<NodeId, number> | undefined;
  readonly pitch: number;
  readonly textColumn: number;
  readonly textWidth: number;
}

const nodesOf = (row: DiagramRow): readonly NodeId[] => {
  if (row.kind === "arrow") return [row.from, row.to];
  if (row.kind === "sends") return [row.from, ...row.to];
  return row.kind === "mark" ? [row.node] : [];
};

/** Lanes for all nodes when they fit, else for those to which something happens, else none. */
const lanesOf = (
  view: TraceView,
  rows: readonly DiagramRow[],
  room: number,
): { nodes: readonly NodeId[]; pitch: number } => {
  const busy = new Set(rows.flatMap(nodesOf));
  const all = view.header.nodes.map(({ id }) => id);
  for (const nodes of [all, all.filter((id) => busy.has(id))]) {
    const names = nodes.map((id) => Math.min(NAME_WIDTH_MAX, displayWidth(oneLine(view.nameOf(id)))));
    const least = Math.max(PITCH_MIN, Math.max(0, ...names) + 2);
    const wanted = Math.floor((room - TEXT_WIDTH_WANTED) / nodes.length);
    if (nodes.length > 0 && least * nodes.length + TEXT_WIDTH_MIN <= room) {
      return { nodes, pitch: Math.max(least, Math.min(PITCH_MAX, wanted)) };
    }
  }
  return { nodes: [], pitch: 0 };
};

const layoutOf = (view: TraceView, rows: readonly DiagramRow[], options: DiagramOptions): Layout => {
  const width = Math.max(WIDTH_MIN, options.width ?? 80);
  const times = timesOf(rows);
  const numberWidth = Math.max(2, `${rows.length}`.length);
  const gutter = 1 + numberWidth + 2 + times.width + 1;
  const { nodes, pitch } = lanesOf(view, rows, width - gutter);
  const textColumn = gutter + nodes.length * pitch + 1;
  return {
    view,
    glyphs: options.ascii === true ? asciiGlyphs : drawnGlyphs,
    colour: options.colour === true,
    marked: options.marked ?? new Set(),
    numberWidth,
    times,
    gutter,
    lanes:
      nodes.length === 0 ? undefined : new Map(nodes.map((id, lane) => [id, gutter + lane * pitch + (pitch >> 1)])),
    pitch,
    textColumn,
    textWidth: width - textColumn,
  };
};

const tintOf = (row: DiagramRow): Tint => {
  switch (row.event.kind) {
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
    case "call":
    case "answer":
      return "bold";
    case "send":
    case "deliver":
      return "message";
    default:
      return "plain";
  }
};

const namesOf = ({ view, glyphs }: Layout, nodes: readonly NodeId[]): string =>
  nodes.map((node) => glyphs.spell(oneLine(view.nameOf(node)))).join(", ");

const sendsWords = (row: SendsRow, text: string, layout: Layout): string => {
  const names = row.to.every((node) => node === row.from) ? "itself" : namesOf(layout, row.to);
  return row.label === undefined ? `in flight to ${names}: ${text}` : `${row.label} to ${names}: ${text}`;
};

/** What is known of a message that its sender did not send: the network made it up, or the trace does not say. */
export const originOf = (row: ArrowRow): string => (row.event.cause === undefined ? "of unknown origin" : "forged");

/** What a row says in words, on as many lines as it may take. */
const wordsOf = (row: DiagramRow, layout: Layout, linesMax: number): readonly string[] => {
  const { view, textWidth, glyphs } = layout;
  const text = glyphs.spell(eventText(row.event, view, linesMax * textWidth));
  const lines = (words: string, most: number): readonly string[] => wrap(words, textWidth, most, glyphs.ellipsis);
  if (row.kind === "sends") return lines(sendsWords(row, text, layout), linesMax);
  if (row.kind !== "arrow") return lines(text, linesMax);
  if (row.line === "unsent") return lines(`${originOf(row)}: ${text}`, linesMax);
  const how = `${row.line === "again" ? "again: " : ""}${row.from === row.to ? `${row.label ?? ""} to itself: `.trimStart() : ""}`;
  // What is repeated from the row of the label needs no second line.
  return lines(how + text, row.line === "direct" ? linesMax : 1);
};

/** What each lane looks like between events; crashes, pauses and recoveries change it. */
class Lanes {
  readonly #layout: Layout;
  readonly #columns: ReadonlyMap<NodeId, number>;
  readonly #states = new Map<NodeId, "dead" | "idle">();

  constructor(layout: Layout, columns: ReadonlyMap<NodeId, number>) {
    this.#layout = layout;
    this.#columns = columns;
  }

  column(node: NodeId): number {
    return this.#columns.get(node) ?? 0;
  }

  /** The lanes in the order of their columns. */
  columns(): readonly number[] {
    return [...this.#columns.values()];
  }

  isDead(column: number): boolean {
    return [...this.#columns].some(([node, at]) => at === column && this.#states.get(node) === "dead");
  }

  draw(line: TextLine): void {
    const { glyphs } = this.#layout;
    for (const [node, column] of this.#columns) {
      const state = this.#states.get(node);
      line.put(column, state === undefined ? glyphs.lane : glyphs[state], state === "dead" ? "loss" : "faint");
    }
  }

  /** Takes note of what this row does to its node. */
  pass(row: DiagramRow): void {
    const { kind, node, name } = row.event;
    if (node === undefined || kind === "drop" || kind === "fault") return;
    if (kind === "crash") this.#states.set(node, "dead");
    else if (kind === "pause" && name?.endsWith(" end") !== true) this.#states.set(node, "idle");
    else if (kind === "recover" || this.#states.get(node) === "idle") this.#states.delete(node);
  }
}

const drawGutter = (line: TextLine, row: DiagramRow, { marked, numberWidth, times }: Layout): void => {
  if (marked.has(row.event.id)) line.put(0, "!", "loss");
  if (row.number !== undefined) line.put(1, `${row.number}`.padStart(numberWidth), "bold");
  line.put(1 + numberWidth + 2, times.format(row.event.at).padStart(times.width), "faint");
};

/** The line from beside one lane to beside another, over the lanes between them. */
const drawLine = (line: TextLine, row: ArrowRow, lanes: Lanes, { glyphs }: Layout, end: number): void => {
  const start = lanes.column(row.from);
  const tint = tintOf(row);
  for (let column = Math.min(start, end) + 1; column < Math.max(start, end); column++) {
    const crossed = lanes.columns().includes(column);
    if (crossed && lanes.isDead(column)) continue;
    line.put(column, crossed ? glyphs.crossings[row.line] : glyphs.lines[row.line], tint);
  }
};

const drawArrow = (line: TextLine, row: ArrowRow, lanes: Lanes, layout: Layout): void => {
  const { glyphs } = layout;
  const start = lanes.column(row.from);
  const end = lanes.column(row.to);
  const tint = tintOf(row);
  const rightwards = start < end;
  const ahead = rightwards ? 1 : -1;
  const arrives = row.event.kind === "deliver";
  if (start === end) {
    line.put(end, arrives ? glyphs.here : glyphs.lost, tint);
    return;
  }
  drawLine(line, row, lanes, layout, arrives ? end : end - 2 * ahead);
  if (row.line === "direct") line.put(start, rightwards ? glyphs.tails.right : glyphs.tails.left, tint);
  if (row.label !== undefined) line.put(rightwards ? start + 1 : start - row.label.length, row.label, tint);
  line.put(
    arrives ? end - ahead : end - 2 * ahead,
    arrives ? (rightwards ? glyphs.right : glyphs.left) : glyphs.lost,
    tint,
  );
  if (arrives) line.put(end, glyphs.here, tint);
};

const drawSends = (line: TextLine, row: SendsRow, lanes: Lanes, { glyphs }: Layout): void => {
  const start = lanes.column(row.from);
  const stroke = glyphs.lines[row.label === undefined ? "late" : "direct"];
  const right = row.to.some((node) => lanes.column(node) > start);
  const left = row.to.some((node) => lanes.column(node) < start);
  if (right) line.put(start + 1, stroke + glyphs.right, "message");
  if (left) line.put(start - 2, glyphs.left + stroke, "message");
  const tail = right && left ? glyphs.tails.both : right ? glyphs.tails.right : left ? glyphs.tails.left : glyphs.here;
  line.put(start, tail, "message");
};

const drawBand = (line: TextLine, lanes: Lanes, { glyphs, gutter, textColumn }: Layout): void => {
  const [stroke, crossing] = glyphs.band;
  for (let column = gutter; column < textColumn - 1; column++) {
    line.put(column, lanes.columns().includes(column) ? crossing : stroke, "fault");
  }
};

const drawRow = (line: TextLine, row: DiagramRow, lanes: Lanes, layout: Layout): void => {
  if (row.kind === "arrow") drawArrow(line, row, lanes, layout);
  else if (row.kind === "sends") drawSends(line, row, lanes, layout);
  else if (row.kind === "band") drawBand(line, lanes, layout);
  else line.put(lanes.column(row.node), layout.glyphs.marks[row.event.kind] ?? layout.glyphs.mark, tintOf(row));
};

const headLine = (layout: Layout, columns: ReadonlyMap<NodeId, number>): TextLine => {
  const { pitch, numberWidth, times, glyphs } = layout;
  const line = new TextLine();
  line.put(numberWidth, "#", "faint");
  line.put(1 + numberWidth + 2, times.head.padStart(times.width), "faint");
  for (const [node, column] of columns) {
    const name = cutTo(namesOf(layout, [node]), pitch - 1, glyphs.ellipsis);
    line.put(column - (displayWidth(name) >> 1), name, "bold");
  }
  return line;
};

const rowLines = (row: DiagramRow, lanes: Lanes, layout: Layout): readonly TextLine[] => {
  const words = wordsOf(row, layout, row.kind === "arrow" || row.kind === "sends" ? MESSAGE_LINES_MAX : TEXT_LINES_MAX);
  const tint = row.event.kind === "crash" || row.event.kind === "drop" ? "loss" : "plain";
  return words.map((text, index) => {
    const line = new TextLine();
    lanes.draw(line);
    if (index === 0) {
      drawGutter(line, row, layout);
      drawRow(line, row, lanes, layout);
      lanes.pass(row);
    }
    line.put(layout.textColumn, text, tint);
    return line;
  });
};

/** The lines of each row. Rows that are not shown are needed too: a node that crashed in one is down in the next. */
const laneLines = (
  rows: readonly DiagramRow[],
  layout: Layout,
  columns: ReadonlyMap<NodeId, number>,
): (readonly TextLine[])[] => {
  const lanes = new Lanes(layout, columns);
  return rows.map((row) => rowLines(row, lanes, layout));
};

/** `n1 ─▸ n2` where lanes do not fit. */
const actorsOf = (row: DiagramRow, layout: Layout): string => {
  const { glyphs } = layout;
  const name = (node: NodeId): string => cutTo(namesOf(layout, [node]), 2 * NAME_WIDTH_MAX, glyphs.ellipsis);
  if (row.kind === "band") return glyphs.band[0].repeat(3);
  if (row.kind === "mark") return `${name(row.node)} ${glyphs.marks[row.event.kind] ?? glyphs.mark}`;
  if (row.kind === "sends")
    return `${name(row.from)} ${glyphs.lines[row.label === undefined ? "late" : "direct"]}${glyphs.right}`;
  const head = row.event.kind === "deliver" ? glyphs.right : glyphs.lost;
  return `${name(row.from)} ${row.label ?? ""}${glyphs.lines[row.line]}${head} ${name(row.to)}`;
};

const listLines = (rows: readonly DiagramRow[], layout: Layout): TextLine[][] => {
  const { gutter, glyphs, textWidth } = layout;
  const actors = rows.map((row) => actorsOf(row, layout));
  const widest = actors.reduce((width, text) => Math.max(width, displayWidth(text)), 0);
  const actorsWidth = Math.min(textWidth >> 1, widest);
  const narrower: Layout = { ...layout, textWidth: textWidth - actorsWidth - 2 };
  return rows.map((row, index) => {
    const line = new TextLine();
    drawGutter(line, row, layout);
    line.put(gutter + 1, cutTo(actors[index]!, actorsWidth, glyphs.ellipsis), tintOf(row));
    line.put(gutter + actorsWidth + 3, wordsOf(row, narrower, 1)[0]!, "plain");
    return [line];
  });
};

/**
 * Draws a trace for a terminal, as lines that end in a newline. Events that count as the length of a counterexample are
 * numbered; a message is one row where nothing is lost by that, else its arrival names the row of its sending. With
 * more lanes than fit into the width it is a list, one line an event.
 */
export const drawDiagram = (trace: Trace, options: DiagramOptions = {}): string => {
  const view = viewOf(trace);
  const { only, marked = new Set<EventId>(), kinds = kindsDrawn } = options;
  const { rowsMax = ROWS_MAX_DEFAULT, rowsLast = 0 } = options;
  const rows = diagramRows(view, { kinds, only, marked });
  const layout = layoutOf(view, rows, options);
  const blocks = layout.lanes === undefined ? listLines(rows, layout) : laneLines(rows, layout, layout.lanes);
  const lines = layout.lanes === undefined ? [] : [headLine(layout, layout.lanes)];
  if (rows.length <= rowsMax) lines.push(...blocks.flat());
  else {
    const last = Math.min(rowsLast, rowsMax);
    const line = new TextLine();
    line.put(layout.gutter + 1, `${layout.glyphs.ellipsis} and ${rows.length - rowsMax} rows more`, "faint");
    lines.push(...blocks.slice(0, rowsMax - last).flat(), line, ...blocks.slice(rows.length - last).flat());
  }
  return lines.map((line) => `${line.toText(layout.colour)}\n`).join("");
};
