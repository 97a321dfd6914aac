/*
 * Lines of text for a terminal: how wide text is there, where it breaks, and what colour its parts have.
 */

/** Characters that take two columns, by blocks: close enough for the text of messages, which ends its line. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const COMBINING = /\p{M}/u;

const characterWidth = (character: string): number => (WIDE.test(character) ? 2 : COMBINING.test(character) ? 0 : 1);

/** Columns that text without control characters takes. */
export const displayWidth = (text: string): number => {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
};

/** The longest beginning of `text` that takes at most `width` columns. */
const headOf = (text: string, width: number): string => {
  let taken = 0;
  let end = 0;
  for (const character of text) {
    taken += characterWidth(character);
    if (taken > width) break;
    end += character.length;
  }
  return text.slice(0, end);
};

/** Text in at most `width` columns; what does not fit ends in `…`. */
export const cutTo = (text: string, width: number, ellipsis = "…"): string =>
  displayWidth(text) <= width ? text : headOf(text, Math.max(0, width - ellipsis.length)) + ellipsis;

/** Breaks text after spaces into at most `linesMax` lines of `width` columns (at least 2); the last may be cut. */
export const wrap = (text: string, width: number, linesMax: number, ellipsis = "…"): readonly string[] => {
  const lines: string[] = [];
  let rest = text;
  while (lines.length < linesMax - 1 && displayWidth(rest) > width) {
    const head = headOf(rest, width + 1);
    const space = head.lastIndexOf(" ");
    const line = space > width / 2 ? head.slice(0, space) : headOf(rest, width);
    lines.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  return [...lines, cutTo(rest, width, ellipsis)];
};

/** What a part of a line is for. Colour only repeats what its shape or its words say. */
export type Tint = "plain" | "faint" | "bold" | "loss" | "timer" | "return" | "fault" | "message";

const codes: { readonly [Name in Tint]: string } = {
  plain: "",
  faint: "2",
  bold: "1",
  loss: "31",
  timer: "33",
  return: "32",
  fault: "35",
  message: "36",
};

/** One line that is filled cell by cell and then read off. */
export class TextLine {
  readonly #cells: { text: string; tint: Tint }[] = [];

  /** Puts each character of `text` in a cell of its own, from column `column` on. */
  put(column: number, text: string, tint: Tint): void {
    while (this.#cells.length < column) this.#cells.push({ text: " ", tint: "plain" });
    let at = column;
    for (const character of text) this.#cells[at++] = { text: character, tint };
  }

  /** The line without spaces at its end, with colours by the select-graphic-rendition codes of terminals if asked. */
  toText(colour: boolean): string {
    const end = this.#cells.findLastIndex(({ text }) => text !== " ") + 1;
    let line = "";
    let code = "";
    for (const { text, tint } of this.#cells.slice(0, end)) {
      const wanted = colour && text !== " " ? codes[tint] : colour ? code : "";
      if (wanted !== code) line += `\u001b[${wanted === "" || code === "" ? wanted : `0;${wanted}`}m`;
      code = wanted;
      line += text;
    }
    return code === "" ? line : `${line}\u001b[0m`;
  }
}
