import type { SourceText } from "./source-text.ts";

/** A value read from a text, and where it begins. */
export interface Form {
  readonly value: unknown;
  readonly offset: number;
}

/** Deeper data is no history. */
const depthMax = 64;

const quote = 34;
const backslash = 92;

const escapes: { readonly [letter: string]: string } = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

const hex = /^[0-9a-fA-F]{4}$/;

/** What JSON and EDN share: a text that is read once from left to right, strings, numbers, and maps with unique keys. */
export abstract class FormScanner {
  protected readonly source: SourceText;
  protected readonly text: string;
  /** The offset of what is read next. */
  protected at = 0;
  #depth = 0;

  constructor(source: SourceText) {
    this.source = source;
    this.text = source.text;
  }

  /** Passes over what separates values. */
  protected abstract skip(): void;

  /** The value that begins at the offset. */
  protected abstract read(): unknown;

  /** Reads all values of the text, one after the other; where there is one list around them, its elements. */
  forms(opening: string): readonly Form[] {
    const forms: Form[] = [];
    this.skip();
    const list = opening.indexOf(this.text[this.at] ?? " ");
    const closing = list < 0 ? undefined : this.closings[opening[list]!]!;
    if (closing !== undefined) this.at++;
    for (;;) {
      this.skipBetween(closing !== undefined && forms.length > 0, closing);
      if (this.at >= this.text.length) {
        if (closing !== undefined) throw this.source.expected(`"${closing}" at the end of the list`, this.at);
        return forms;
      }
      if (closing !== undefined && this.text[this.at] === closing) break;
      forms.push({ offset: this.at, value: this.read() });
    }
    this.at++;
    this.skip();
    if (this.at < this.text.length) throw this.source.expected("nothing after the list", this.at);
    return forms;
  }

  /** What closes each opening bracket. */
  protected readonly closings: { readonly [opening: string]: string } = { "[": "]", "(": ")", "{": "}" };

  /** Passes over what stands between two values of the outermost list. */
  protected skipBetween(_isInList: boolean, _closing: string | undefined): void {
    this.skip();
  }

  /** Runs a reader one level deeper. */
  protected deeper<Value>(read: () => Value): Value {
    if (++this.#depth > depthMax) throw this.source.error(`nested more than ${depthMax} deep`, this.at);
    const value = read();
    this.#depth--;
    return value;
  }

  /** A string; the offset is at its opening quote. */
  protected readString(): string {
    const start = ++this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === quote) return this.text.slice(start, this.at++);
      if (code === backslash || Number.isNaN(code)) return this.#readEscaped(start);
      this.at++;
    }
  }

  #readEscaped(start: number): string {
    let value = this.text.slice(start, this.at);
    for (;;) {
      const letter = this.text[this.at];
      if (letter === undefined) throw this.source.error("this string has no closing quote", start - 1);
      this.at++;
      if (letter === '"') return value;
      value += letter === "\\" ? this.#readEscape() : letter;
    }
  }

  #readEscape(): string {
    const letter = this.text[this.at] ?? "";
    const digits = this.text.slice(this.at + 1, this.at + 5);
    if (letter === "u" && hex.test(digits)) {
      this.at += 5;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const value = escapes[letter];
    if (value === undefined) throw this.source.expected("an escape such as \\n or \\u00e9", this.at - 1);
    this.at++;
    return value;
  }

  /** A number as written; one that does not fit a double exactly is kept as its digits, so that no two become one. */
  protected numberOf(written: string): number | string {
    const value = Number(written);
    const isExact = Number.isSafeInteger(value) || (/[.eE]/.test(written) && Number.isFinite(value));
    return isExact ? value + 0 : written;
  }

  /** Sets a key of a map that is being read; a key that comes twice is refused. */
  protected put(map: { [key: string]: unknown }, key: string, value: unknown, offset: number): void {
    if (Object.hasOwn(map, key))
      throw this.source.error(`the key ${JSON.stringify(key)} stands twice in one map`, offset);
    if (key === "__proto__") Object.defineProperty(map, key, { value, enumerable: true });
    else map[key] = value;
  }
}
