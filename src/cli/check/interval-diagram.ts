import type { ToldCulprit, ToldOperation } from "../../check/index.ts";
import type { Terminal } from "../terminal.ts";

const rowsMax = 24;
const textMax = 34;
const intervalWidthMin = 12;

const cut = (text: string, width: number, ascii: boolean): string =>
  text.length <= width ? text.padEnd(width) : `${text.slice(0, width - (ascii ? 2 : 1))}${ascii ? ".." : "…"}`;

/** The glyphs of an interval: call, between, return, no return. */
const glyphs = { plain: ["├", "─", "┤", "▸"], ascii: ["|", "-", "|", ">"] } as const;

/** The columns of calls and returns: their order, at equal distances as far as the width allows. */
const columnsOf = (operations: readonly ToldOperation[], width: number): ((event: number) => number) => {
  const events = new Set(operations.flatMap(({ invokeEvent, returnEvent }) => [invokeEvent, returnEvent ?? -1]));
  events.delete(-1);
  const sorted = [...events].sort((a, b) => a - b);
  const place = new Map(sorted.map((event, at) => [event, at]));
  const scale = Math.min(3, (width - 2) / Math.max(1, sorted.length - 1));
  return (event) => Math.floor((place.get(event) ?? 0) * scale);
};

const interval = (
  { invokeEvent, returnEvent }: ToldOperation,
  columnOf: (event: number) => number,
  width: number,
  ascii: boolean,
): string => {
  const [call, between, back, never] = ascii ? glyphs.ascii : glyphs.plain;
  const start = columnOf(invokeEvent);
  const end = returnEvent === undefined ? width - 1 : Math.max(start + 1, columnOf(returnEvent));
  const line = between.repeat(Math.max(0, end - start - 1));
  return `${" ".repeat(start)}${call}${line}${returnEvent === undefined ? never : back}`;
};

/**
 * The operations at fault, each a line: where it stands, who called, what, and when; the order that goes furthest is
 * numbered, with the state after each, and the one that finds no place is marked.
 */
export const intervalDiagram = (
  { operations, best = [], misfit }: ToldCulprit,
  { width, ascii, paint }: Terminal,
): string => {
  const shown = operations.slice(-rowsMax);
  const omitted = operations.length - shown.length;
  const places = new Map(best.map(({ operation }, at) => [operation, at + 1]));
  const texts = shown.map(({ text }) => text);
  const textWidth = Math.min(textMax, Math.max(9, ...texts.map(({ length }) => length)));
  const lineWidth = Math.max(4, ...shown.map(({ line }) => `${line}`.length));
  const processWidth = Math.max(7, ...shown.map(({ process }) => `${process}`.length));
  const hasOrder = misfit !== undefined || best.length > 0;
  const orderWidth = hasOrder ? 6 : 0;
  const fixed = 2 + lineWidth + 2 + processWidth + 2 + textWidth + 2 + orderWidth;
  const intervalWidth = Math.max(intervalWidthMin, width - fixed - 1);
  const columnOf = columnsOf(shown, intervalWidth);
  const head = `  ${"line".padStart(lineWidth)}  ${"process".padEnd(processWidth)}  ${"operation".padEnd(textWidth)}${hasOrder ? "  order" : ""}`;
  const rows = shown.map((operation, at) => {
    const number = at + omitted;
    const isMisfit = number === misfit;
    const mark = isMisfit ? (ascii ? "!" : "✘") : `${places.get(number) ?? ""}`;
    const left = `  ${`${operation.line}`.padStart(lineWidth)}  ${`${operation.process}`.padEnd(processWidth)}  `;
    const text = cut(texts[at]!, textWidth, ascii);
    const right = `  ${mark.padEnd(orderWidth)}${interval(operation, columnOf, intervalWidth, ascii)}`.trimEnd();
    return isMisfit ? paint(left + text + right, "red") : left + text + right;
  });
  const more = omitted > 0 ? [paint(`  and ${omitted} operations before these`, "dim")] : [];
  return [paint(head.trimEnd(), "dim"), ...more, ...rows].join("\n");
};
