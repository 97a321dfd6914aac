/*
 * The log format of ShiViz (Beschastnikh and others 2020, Visualizing Distributed System Executions): for its default
 * regular expression `(?<event>.*)\n(?<host>\S*) (?<clock>{.*})` an event is a line of text, then a line with its host
 * and its vector clock. The own entry of a host counts its events from 1, without a gap, and every entry names a host
 * of the log. What happens outside the nodes gets a host of its own, which hears and never speaks.
 */
import type { EventId, NodeId, Trace, TraceEvent, TraceKind } from "../model/index.ts";
import { eventText, oneLine } from "./event-text.ts";
import { causalityOf, isStep } from "./stamps.ts";
import { type TraceView, viewOf } from "./trace-view.ts";

/** Characters of each value in the text of an event. */
const VALUE_LENGTH_MAX = 200;

/**
 * Hosts by node: their names without white space, each once. ShiViz keeps hosts in objects of JavaScript, where
 * `constructor` is always taken.
 */
const hostsOf = (view: TraceView): { readonly of: ReadonlyMap<NodeId, string>; readonly outside: string } => {
  const taken = new Set<string>();
  const take = (name: string, id: number | string): string => {
    let host = oneLine(name).replace(/\s+/g, "_");
    while (host === "" || taken.has(host) || host in Object.prototype) host += `#${id}`;
    taken.add(host);
    return host;
  };
  const of = new Map(view.header.nodes.map(({ id, name }): [NodeId, string] => [id, take(name, id)]));
  return { of, outside: take("network", "") };
};

const peerText = ({ kind, peer }: TraceEvent, view: TraceView): string => {
  if (peer === undefined) return "";
  return ` ${kind === "send" ? "to" : "from"} ${oneLine(view.nameOf(peer))}`;
};

/** Kinds whose text does not say by itself what happened. */
const kindsNamed: ReadonlySet<TraceKind> = new Set([
  "send",
  "deliver",
  "drop",
  "request",
  "indication",
  "fault",
  "note",
]);

/** The text of an event, never of the form `word {…`: the regular expression would take it for a host and its clock. */
const lineOf = (event: TraceEvent, view: TraceView): string => {
  const what = kindsNamed.has(event.kind) ? `${event.kind}${peerText(event, view)}: ` : "";
  return `${what}${eventText(event, view, VALUE_LENGTH_MAX)}`.replace(/^(\S*) \{/, "$1 = {");
};

/**
 * A trace as a log for ShiViz. It begins with two empty lines: a file given to ShiViz holds its regular expression and
 * its delimiter there, and empty ones stand for the defaults; text pasted into it is trimmed.
 *
 * @throws TraceError when events × nodes exceed the limit of vector stamps.
 */
export const exportShiviz = (trace: Trace): string => {
  const view = viewOf(trace);
  const { of, outside } = hostsOf(view);
  const hosts = [...of.values()];
  const causality = causalityOf(trace);
  const heard = hosts.map(() => 0);
  let outsideCount = 0;
  const clockOutside = (id: EventId): string => {
    for (const [lane, known] of causality.vector(id).entries()) heard[lane] = Math.max(heard[lane] ?? 0, known);
    return clockText([...hosts, outside], [...heard, ++outsideCount]);
  };
  let text = "\n\n";
  for (const event of trace.events) {
    const host = isStep(event) ? of.get(event.node as NodeId) : undefined;
    const clock = host === undefined ? clockOutside(event.id) : clockText(hosts, causality.vector(event.id));
    text += `${lineOf(event, view)}\n${host ?? outside} ${clock}\n`;
  }
  return text;
};

const clockText = (hosts: readonly string[], clock: readonly number[]): string =>
  JSON.stringify(Object.fromEntries(hosts.map((host, lane) => [host, clock[lane]!]).filter(([, time]) => time !== 0)));
