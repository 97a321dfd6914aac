import type { WriteStream } from "node:tty";

/** What a word is for; colour only repeats what it says. */
export type Paint = (text: string, ...styles: readonly Style[]) => string;
/** The styles that are used. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta";

/** How to write to one stream. */
export interface Terminal {
  readonly width: number;
  readonly colour: boolean;
  readonly ascii: boolean;
  readonly paint: Paint;
}

const widthMin = 60;
const widthMax = 120;
const widthDefault = 80;

/** Colours only on a terminal that has them, and not where NO_COLOR is set (no-color.org). */
const hasColour = (stream: WriteStream): boolean =>
  stream.isTTY === true && (process.env["NO_COLOR"] ?? "") === "" && process.env["TERM"] !== "dumb";

/** Select-graphic-rendition codes of terminals: on and off. */
const codes: { readonly [K in Style]: readonly [number, number] } = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

/** Paints, where colour is wanted. */
export const painter =
  (colour: boolean): Paint =>
  (text, ...styles) =>
    colour
      ? styles.reduce((painted, style) => `\u001b[${codes[style][0]}m${painted}\u001b[${codes[style][1]}m`, text)
      : text;

/** The terminal behind a stream, or what stands for it in a pipe. */
export const terminalOf = (stream: WriteStream = process.stdout): Terminal => {
  const colour = hasColour(stream);
  const columns = stream.isTTY === true ? stream.columns : widthDefault;
  return {
    width: Math.min(widthMax, Math.max(widthMin, columns || widthDefault)),
    colour,
    ascii: process.env["TERM"] === "dumb",
    paint: painter(colour),
  };
};

/** The part of a terminal that a diagram needs to know: plain data, for a worker. */
export const drawingOf = (stream: WriteStream = process.stdout): Pick<Terminal, "width" | "colour" | "ascii"> => {
  const { width, colour, ascii } = terminalOf(stream);
  return { width, colour, ascii };
};

/** Breaks text at spaces into lines of at most `width` columns. Longer words stay whole: a user may copy them. */
export const wrapText = (text: string, width: number, indent = ""): string => {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width - indent.length) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line].join("\n");
};

/** A count with its thousands apart: 12,345. */
export const grouped = (count: number): string => `${Math.round(count)}`.replace(/\B(?=(\d{3})+$)/g, ",");

/** A count and its noun: `1 run`, `2 runs`. */
export const counted = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;

/** Writes to stdout. */
export const print = (text: string): void => {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
};

/** Writes a sentence to stderr: whole words on a terminal, one line in a pipe, for who looks for it there. */
export const complain = (sentence: string): void => {
  const { stderr } = process;
  stderr.write(`${stderr.isTTY ? wrapText(sentence, terminalOf(stderr).width) : sentence}\n`);
};

/** Writes one value as JSON to stdout. */
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));
