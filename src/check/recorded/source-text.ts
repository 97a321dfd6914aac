import { HistoryFormatError, type TextPosition } from "./history-format-error.ts";

const lineFeed = 10;
const foundMax = 40;

/** A text that is told about by line and column. Offsets are indices of its string. */
export class SourceText {
  readonly text: string;
  #lineStarts: number[] | undefined;

  constructor(text: string) {
    // A byte order mark is no part of the text.
    this.text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  /** Where an offset stands. */
  position(offset: number): TextPosition {
    const starts = this.#starts();
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  }

  /** The error of something else standing at an offset than what was expected. */
  expected(what: string, offset: number): HistoryFormatError {
    return this.error(`expected ${what}, found ${this.#found(offset)}`, offset);
  }

  /** An error told in a sentence of its own. */
  error(message: string, offset: number): HistoryFormatError {
    return new HistoryFormatError(message, this.position(offset));
  }

  #found(offset: number): string {
    if (offset >= this.text.length) return "the end of the text";
    const end = this.text.indexOf("\n", offset);
    if (end === offset) return "the end of the line";
    const rest = this.text.slice(offset, end < 0 ? this.text.length : end).trimEnd();
    return JSON.stringify(rest.length > foundMax ? `${rest.slice(0, foundMax)}…` : rest);
  }

  #starts(): readonly number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = 0; at < this.text.length; at++) if (this.text.charCodeAt(at) === lineFeed) starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}
