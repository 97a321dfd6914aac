import type { TraceKind } from "../model/index.ts";
import type { ArrowRow } from "./diagram-rows.ts";

/** The characters that a diagram is made of. Each takes one column. */
export interface Glyphs {
  readonly lane: string;
  readonly dead: string;
  readonly idle: string;
  readonly here: string;
  readonly right: string;
  readonly left: string;
  readonly tails: { readonly right: string; readonly left: string; readonly both: string };
  readonly lines: { readonly [Line in ArrowRow["line"]]: string };
  readonly crossings: { readonly [Line in ArrowRow["line"]]: string };
  readonly lost: string;
  readonly marks: { readonly [Kind in TraceKind]?: string };
  readonly mark: string;
  readonly band: readonly [string, string];
  readonly ellipsis: string;
  /** Text of the trace, in characters that may stand beside these. */
  readonly spell: (text: string) => string;
}

/** Box drawing and arrows. */
export const drawnGlyphs: Glyphs = {
  lane: "│",
  dead: "╳",
  idle: "┊",
  here: "●",
  right: "▸",
  left: "◂",
  tails: { right: "├", left: "┤", both: "┼" },
  lines: { direct: "─", late: "┄", again: "═", unsent: "┄" },
  crossings: { direct: "┼", late: "┼", again: "╪", unsent: "┼" },
  lost: "✕",
  marks: { call: "»", answer: "«", timer: "◇", crash: "✕", recover: "▲", pause: "‖", fault: "◆", note: "·" },
  mark: "○",
  band: ["═", "╪"],
  ellipsis: "…",
  spell: (text) => text,
};

/** For terminals and logs that have nothing else. */
export const asciiGlyphs: Glyphs = {
  lane: "|",
  dead: "#",
  idle: ":",
  here: "o",
  right: ">",
  left: "<",
  tails: { right: "+", left: "+", both: "+" },
  lines: { direct: "-", late: ".", again: "=", unsent: "." },
  crossings: { direct: "|", late: "|", again: "|", unsent: "|" },
  lost: "x",
  marks: { call: "C", answer: "A", timer: "T", crash: "X", recover: "R", pause: "P", fault: "F", note: "*" },
  mark: "*",
  band: ["=", "|"],
  ellipsis: "...",
  spell: (text) =>
    text.replaceAll("…", "...").replace(/[^ -~]/gu, (found) => `\\u{${found.codePointAt(0)?.toString(16)}}`),
};
