/*
 * The JSON trace event format of Chrome, which ui.perfetto.dev and chrome://tracing open. A process is a node, a slice
 * a step of it, and an arrow a message. A step takes no time in the trace; here it takes a microsecond for each event
 * in it, so that it can be seen and its events keep their order, and what it sends arrives later than it.
 */
import type { NodeId, Trace, TraceEvent, TraceKind } from "../model/index.ts";
import { eventText, oneLine } from "./event-text.ts";
import type { Json } from "./plain-json.ts";
import { type TraceView, viewOf } from "./trace-view.ts";

const VALUE_LENGTH_MAX = 200;

/** Whole microseconds: times at which two nodes act together stay equal. */
const microseconds = (milliseconds: number): number => Math.round(milliseconds * 1_000);
const STEPS_THREAD = 1;
const DOWN_THREAD = 2;

/** What starts a step; the other events of a node happen within one. */
const stepKinds: ReadonlySet<TraceKind> = new Set([
  "boot",
  "call",
  "deliver",
  "timer",
  "settled",
  "durable",
  "recover",
]);

/** A step under way: what started it, when, and what happened in it so far. */
interface Slice {
  readonly event: TraceEvent;
  readonly start: number;
  readonly inside: { readonly event: TraceEvent; readonly at: number }[];
}

const processOf = (node: NodeId): number => node + 1;

/** Collects the records of the export, node by node in the order of the trace. */
class Timeline {
  readonly records: Json[] = [];
  readonly #view: TraceView;
  readonly #open = new Map<NodeId, Slice>();
  readonly #downSince = new Map<NodeId, number>();
  readonly #sentAt = new Map<number, number>();
  #end = 0;

  constructor(view: TraceView) {
    this.#view = view;
    for (const { id, name } of view.header.nodes) this.#nameProcess(id, oneLine(name));
  }

  add(event: TraceEvent): void {
    const { kind, node } = event;
    this.#end = Math.max(this.#end, microseconds(event.at));
    if (node === undefined || kind === "fault" || kind === "drop" || kind === "crash" || kind === "pause")
      this.#addInstant(event);
    else if (stepKinds.has(kind)) this.#startStep(event, node);
    else this.#addInside(event, node);
    if (kind === "crash" && node !== undefined) this.#downSince.set(node, microseconds(event.at));
    if (kind === "recover" && node !== undefined) this.#endDown(node, microseconds(event.at));
  }

  finish(): void {
    for (const node of [...this.#open.keys()]) this.#close(node);
    for (const node of [...this.#downSince.keys()]) this.#endDown(node, this.#end);
  }

  #nameProcess(node: NodeId, name: string): void {
    const pid = processOf(node);
    this.records.push(
      { ph: "M", name: "process_name", pid, tid: 0, args: { name } },
      { ph: "M", name: "process_sort_index", pid, tid: 0, args: { sort_index: pid } },
      { ph: "M", name: "thread_name", pid, tid: STEPS_THREAD, args: { name: "steps" } },
      { ph: "M", name: "thread_name", pid, tid: DOWN_THREAD, args: { name: "down" } },
    );
  }

  /** A step starts at its time, but after the node's last step and after its message was sent. */
  #startStep(event: TraceEvent, node: NodeId): void {
    const sent = this.#sentAt.get(event.cause ?? -1);
    const start = Math.max(microseconds(event.at), this.#close(node), sent === undefined ? 0 : sent + 1);
    this.#open.set(node, { event, start, inside: [] });
    if (event.kind !== "deliver" || sent === undefined) return;
    this.#addFlow("s", event, this.#view.sendOf(event)?.node ?? node, sent);
    this.#addFlow("f", event, node, start);
  }

  /** What happens outside any step, as in a trace that begins in the middle, is a step of its own. */
  #addInside(event: TraceEvent, node: NodeId): void {
    const slice = this.#open.get(node);
    if (slice === undefined) this.#startStep(event, node);
    else slice.inside.push({ event, at: slice.start + slice.inside.length + 1 });
    const { start, inside } = slice ?? this.#open.get(node)!;
    if (event.kind === "send") this.#sentAt.set(event.id, start + inside.length);
  }

  /** Ends the open step of a node and says when its next may start. */
  #close(node: NodeId): number {
    const slice = this.#open.get(node);
    if (slice === undefined) return 0;
    const { event, start, inside } = slice;
    const dur = inside.length + 1;
    this.records.push({ ph: "X", ...this.#common(event), tid: STEPS_THREAD, ts: start, dur });
    for (const { event: inner, at } of inside) {
      this.records.push({ ph: "i", s: "t", ...this.#common(inner), tid: STEPS_THREAD, ts: at });
    }
    this.#open.delete(node);
    this.#end = Math.max(this.#end, start + dur);
    return start + dur;
  }

  #addFlow(ph: "s" | "f", event: TraceEvent, node: NodeId, ts: number): void {
    const end = ph === "f" ? { bp: "e" } : {};
    const place = { pid: processOf(node), tid: STEPS_THREAD, ts };
    this.records.push({ ph, id: event.id, name: "message", cat: "message", ...place, ...end });
  }

  #addInstant(event: TraceEvent): void {
    const scope = event.node === undefined ? "g" : "p";
    const ts = microseconds(event.at);
    this.records.push({ ph: "i", s: scope, ...this.#common(event), tid: STEPS_THREAD, ts });
  }

  #endDown(node: NodeId, at: number): void {
    const ts = this.#downSince.get(node);
    if (ts === undefined) return;
    this.#downSince.delete(node);
    const place = { pid: processOf(node), tid: DOWN_THREAD, ts, dur: Math.max(1, at - ts) };
    this.records.push({ ph: "X", name: "down", cat: "crash", ...place });
  }

  #common(event: TraceEvent): { readonly [field: string]: Json } {
    const { id, kind, node, peer, path, incarnation } = event;
    return {
      name: eventText(event, this.#view, VALUE_LENGTH_MAX),
      cat: kind,
      pid: node === undefined ? 0 : processOf(node),
      args: {
        event: id,
        ...(peer === undefined ? {} : { peer: oneLine(this.#view.nameOf(peer)) }),
        ...(path === undefined ? {} : { path }),
        ...(incarnation === undefined ? {} : { incarnation }),
      },
    };
  }
}

/** A trace for ui.perfetto.dev, one record a line; times are in microseconds. */
export const exportPerfetto = (trace: Trace): string => {
  const timeline = new Timeline(viewOf(trace));
  for (const event of trace.events) timeline.add(event);
  timeline.finish();
  const { scenario, seed, code } = trace.header;
  const about = { scenario, seed, code, note: "within a step, microseconds tell the order of events, not time" };
  const lines = timeline.records.map((record) => JSON.stringify(record));
  return `{"displayTimeUnit":"ms","otherData":${JSON.stringify(about)},"traceEvents":[\n${lines.join(",\n")}\n]}\n`;
};
