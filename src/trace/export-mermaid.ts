/*
 * A trace as a sequence diagram of Mermaid. Its arrows are horizontal, so a message that was under way while its sender
 * did something else is a note and a dotted arrow with one label.
 */
import type { Trace } from "../model/index.ts";
import { kindsDrawn, originOf } from "./diagram.ts";
import { type ArrowRow, type DiagramRow, diagramRows } from "./diagram-rows.ts";
import { eventText, oneLine } from "./event-text.ts";
import { cutTo } from "./text-line.ts";
import { type TraceView, viewOf } from "./trace-view.ts";

/** Mermaid refuses more than 50,000 characters unless its page says otherwise. */
const LENGTH_MAX = 49_000;
const TEXT_LENGTH_MAX = 70;

/**
 * What may stand in Mermaid's text as it is. Anything else is written as a character reference: `#` and `;` end a text,
 * `<` and `&` are HTML, `%` may start a directive, `$` a formula, and a colon right before a word may be a keyword.
 */
const RESERVED = /[^\p{L}\p{N}\p{M} .,(){}[\]"'=/|!?+*_:…✕-]|:(?! )/gu;

const escaped = (text: string): string =>
  cutTo(text, TEXT_LENGTH_MAX).replace(RESERVED, (found) => `#${found.codePointAt(0)};`);

const participant = (node: number): string => `p${node}`;

const arrowLine = (row: ArrowRow, number: string, text: string): string => {
  const dotted = row.line === "late" || row.line === "unsent" ? "-" : "";
  const head = row.event.kind === "deliver" ? ">>" : "x";
  const how = row.line === "again" ? "again: " : row.line === "unsent" ? `${originOf(row)}: ` : "";
  const label = row.label === undefined ? "" : `${row.label} `;
  return `${participant(row.from)}-${dotted}${head}${participant(row.to)}: ${escaped(`${number}${label}${how}${text}`)}`;
};

/** One statement for a row. */
const rowLine = (row: DiagramRow, view: TraceView): string => {
  const number = row.number === undefined ? "" : `(${row.number}) `;
  const text = eventText(row.event, view, TEXT_LENGTH_MAX);
  const note = (nodes: string, words: string): string =>
    `Note over ${nodes}: ${escaped(`${number}${words}` || "note")}`;
  const { nodes } = view.header;
  switch (row.kind) {
    case "arrow":
      return arrowLine(row, number, text);
    case "mark":
      return note(participant(row.node), `${row.event.kind === "crash" ? "✕ " : ""}${text}`);
    case "band":
      return note(`${participant(nodes[0]!.id)},${participant(nodes.at(-1)!.id)}`, text);
    case "sends": {
      const names = row.to.map((node) => oneLine(view.nameOf(node))).join(", ");
      return note(participant(row.from), `${row.label ?? "in flight"} to ${names}: ${text}`);
    }
  }
};

const headLines = ({ header }: TraceView): readonly string[] => [
  "sequenceDiagram",
  `%% ${escaped(oneLine(`${header.scenario}, seed ${header.seed}`))}`,
  ...header.nodes.map(({ id, name }) => `participant ${participant(id)} as ${escaped(oneLine(name)) || "-"}`),
];

/**
 * A trace as Mermaid source, of at most 50,000 characters: the last line says how many rows did not fit. It shows what
 * a text diagram shows by default, with the same numbers.
 */
export const exportMermaid = (trace: Trace): string => {
  const view = viewOf(trace);
  const lines = [...headLines(view)];
  if (trace.header.nodes.length === 0) return `${lines.join("\n")}\n`;
  const rows = diagramRows(view, { kinds: kindsDrawn, only: undefined, marked: new Set() });
  let length = lines.reduce((sum, line) => sum + line.length + 1, 0);
  for (const [index, row] of rows.entries()) {
    const line = rowLine(row, view);
    length += line.length + 1;
    if (length > LENGTH_MAX) {
      const rest = `… and ${rows.length - index} rows more, which is too much for Mermaid`;
      lines.push(`Note over ${participant(trace.header.nodes[0]!.id)}: ${escaped(rest)}`);
      break;
    }
    lines.push(line);
  }
  return `${lines.join("\n")}\n`;
};
