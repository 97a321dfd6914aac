import type { Trace } from "../model/index.ts";
import { countedAs } from "../trace/index.ts";

/** The events in the causal past of some events, themselves included: closed under program order and messages. */
export const causalPast = ({ events }: Trace, ends: readonly number[]): Set<number> => {
  const byId = new Map(events.map((event) => [event.id, event]));
  const previous = new Map<number, number>();
  const last = new Map<number, number>();
  for (const { id, node, kind } of events) {
    // What the environment does to a node is no step of it: the node never learns of a message that was lost.
    if (node === undefined || kind === "drop" || kind === "fault" || kind === "pause") continue;
    const before = last.get(node);
    if (before !== undefined) previous.set(id, before);
    last.set(node, id);
  }
  const past = new Set<number>();
  const open = [...ends];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (past.has(id) || !byId.has(id)) continue;
    past.add(id);
    const before = previous.get(id);
    if (before !== undefined) open.push(before);
    const cause = byId.get(id)?.cause;
    if (cause !== undefined) open.push(cause);
  }
  return past;
};

/**
 * The events that make a counterexample. For safety the causal past of the events at fault, with the faults that strike
 * before the last of them: by itself a run of the model wherever delivery may be late. For liveness the whole run.
 */
export const sliceOf = (trace: Trace, ends: readonly number[], kind: "safety" | "liveness"): Set<number> => {
  if (kind === "liveness") return new Set(trace.events.map(({ id }) => id));
  const past = causalPast(trace, ends);
  const last = Math.max(...ends);
  // What was lost explains why somebody did not know; a loss counts where its sender is in the picture.
  for (const event of trace.events) {
    if (event.id > last) break;
    const { kind: what, cause } = event;
    if (what === "drop" && cause !== undefined && past.has(cause)) past.add(event.id);
    else if (what === "fault" || what === "pause" || what === "crash" || what === "recover") past.add(event.id);
  }
  return past;
};

/** How many events of a slice count. */
export const countEvents = (trace: Trace, slice: ReadonlySet<number>): number =>
  trace.events.reduce((count, event) => count + (slice.has(event.id) && countedAs(event) !== undefined ? 1 : 0), 0);
