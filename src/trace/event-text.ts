import { describe, type TraceEvent } from "../model/index.ts";
import { isForgery, type TraceView } from "./trace-view.ts";

/** Controls, formats that turn the direction of text, line separators, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text on one line that cannot move a terminal's cursor: white space becomes a space, a control its `\u{…}`. */
export const oneLine = (text: string): string =>
  text.replace(/[\n\r\t]+/g, " ").replace(UNPRINTABLE, (found) => `\\u{${found.codePointAt(0)?.toString(16)}}`);

const listed = (values: readonly unknown[], limit: number): string =>
  values.map((value) => describe(value, limit)).join(", ");

/** `promise {ballot: 1}`: a message says first of which kind it is. */
const messageText = (body: unknown, limit: number): string => {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return describe(body, limit);
  const { kind, ...rest } = body as { readonly [field: string]: unknown };
  if (typeof kind !== "string") return describe(body, limit);
  return Object.keys(rest).length === 0 ? kind : `${kind} ${describe(rest, limit)}`;
};

/** `propose(3, "a")`: a request, an indication or a timer with its arguments. */
const callText = ({ name = "", data }: TraceEvent, limit: number): string =>
  `${name}(${Array.isArray(data) ? listed(data, limit) : data === undefined ? "" : describe(data, limit)})`;

/** A name, and the details where there are any. */
const factText = (name: string, data: unknown, limit: number): string => {
  if (data === undefined || (Array.isArray(data) && data.length === 0)) return name;
  return `${name} ${Array.isArray(data) ? listed(data, limit) : describe(data, limit)}`.trimStart();
};

const groupText = (nodes: unknown, view: TraceView): string | undefined => {
  const isNode = (item: unknown): boolean => view.header.nodes.some(({ id }) => id === item);
  return Array.isArray(nodes) && nodes.every(isNode) ? nodes.map(view.nameOf).join(" ") : undefined;
};

/** `n1 | n2 n3 (one-way)` for two groups of nodes, as a partition has them. */
const groupsText = (
  { left, right, form }: { readonly [field: string]: unknown },
  view: TraceView,
): string | undefined => {
  const [one, other] = [groupText(left, view), groupText(right, view)];
  if (one === undefined || other === undefined) return undefined;
  return `${one} ${form === "one-way" ? ">" : "|"} ${other}${typeof form === "string" ? ` (${form})` : ""}`;
};

/** A fault with its details, but for those that its place in the trace says already. */
const faultText = ({ name = "fault", data }: TraceEvent, view: TraceView, limit: number): string => {
  if (name.endsWith(" end")) return name.replace(/ end$/, " ends");
  const said = name.replace(/ begin$/, "");
  if (typeof data !== "object" || data === null || Array.isArray(data)) return factText(said, data, limit);
  const { kind: _kind, at: _at, node: _node, ...details } = data as { readonly [field: string]: unknown };
  const groups = groupsText(details, view);
  if (groups !== undefined) return `${said} ${groups}`;
  return Object.keys(details).length === 0 ? said : `${said} ${describe(details, limit)}`;
};

const crashText = (lost: unknown): string =>
  typeof lost === "number" && lost > 0 ? `crashes, ${lost} unsynced write${lost === 1 ? "" : "s"} lost` : "crashes";

const incarnationText = ({ incarnation }: TraceEvent): string =>
  incarnation === undefined ? "" : ` as incarnation ${incarnation}`;

const textOf = (event: TraceEvent, view: TraceView, limit: number): string => {
  const { kind, name, data, path } = event;
  switch (kind) {
    case "send":
      return messageText(data, limit);
    case "deliver":
      return messageText(data ?? view.sendOf(event)?.data, limit);
    case "drop":
      return `${name ?? "lost"}: ${messageText(data ?? view.sendOf(event)?.data, limit)}`;
    case "call":
    case "answer":
      return `${kind} ${callText(event, limit)}`;
    case "timer":
      return `timeout ${callText(event, limit)}`;
    case "request":
    case "indication":
      return `${callText(event, limit)}${path === undefined ? "" : ` at ${path}`}`;
    case "boot":
      return `boots${incarnationText(event)}`;
    case "recover":
      return `recovers${incarnationText(event)}`;
    case "crash":
      return crashText(data);
    case "pause":
      return name?.endsWith(" end") ? "goes on" : faultText({ ...event, name: "pauses" }, view, limit);
    case "fault":
      return isForgery(event)
        ? `forged to ${view.nameOf(event.peer!)}: ${messageText(data, limit)}`
        : faultText(event, view, limit);
    case "note":
      return factText(name ?? "", data, limit);
    case "settled":
    case "durable":
    case "disk":
      return factText(`${kind} ${name ?? ""}`.trimEnd(), data, limit);
  }
};

/** What happened, in one line of printable text without the names of nodes; each value in it has `limit` units. */
export const eventText = (event: TraceEvent, view: TraceView, limit: number): string =>
  oneLine(textOf(event, view, limit));
