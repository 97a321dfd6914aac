import { type Form, FormScanner } from "./form-scanner.ts";
import type { SourceText } from "./source-text.ts";

const number = /[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?:\/\d+)?[NM]?(?=[\s,;()[\]{}"]|$)/y;
const symbol = /[^\s,;()[\]{}"\\@^`~]+/y;
const words: { readonly [name: string]: boolean | null } = { true: true, false: false, nil: null };

/**
 * Reads EDN, the notation of Clojure's data: keywords and symbols become strings, vectors, lists and sets become
 * arrays, maps become objects; a tag such as that of a record is passed over.
 */
class EdnReader extends FormScanner {
  protected override skip(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === 32 || code === 10 || code === 13 || code === 9 || code === 44) this.at++;
      else if (code === 59) this.#skipLine();
      else if (code === 35 && this.text[this.at + 1] === "_") this.#discard();
      else return;
    }
  }

  protected override read(): unknown {
    const first = this.text[this.at];
    switch (first) {
      case '"':
        return this.readString();
      case "{":
        return this.deeper(() => this.#map());
      case "[":
      case "(":
        return this.deeper(() => this.#list(this.closings[first]!));
      case ":":
        this.at++;
        return this.#symbol("a keyword");
      case "#":
        return this.#tagged();
      case "\\":
        return this.#character();
      default:
        return this.#scalar();
    }
  }

  #skipLine(): void {
    const end = this.text.indexOf("\n", this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  #discard(): void {
    this.at += 2;
    this.skip();
    this.deeper(() => this.read());
  }

  #symbol(what: string): string {
    symbol.lastIndex = this.at;
    const name = symbol.exec(this.text)?.[0];
    if (name === undefined) throw this.source.expected(what, this.at);
    this.at += name.length;
    return name;
  }

  #scalar(): unknown {
    number.lastIndex = this.at;
    const digits = number.exec(this.text)?.[0];
    if (digits !== undefined) {
      this.at += digits.length;
      return digits.includes("/") ? digits : this.numberOf(digits.replace(/[NM]$/, ""));
    }
    const name = this.#symbol("a value");
    return Object.hasOwn(words, name) ? words[name] : name;
  }

  #character(): string {
    this.at++;
    const name = /^[a-z]{2,}/.exec(this.text.slice(this.at, this.at + 9))?.[0] ?? this.text[this.at] ?? "";
    this.at += name.length;
    return (
      ({ newline: "\n", space: " ", tab: "\t", return: "\r" } as { readonly [name: string]: string })[name] ?? name
    );
  }

  #tagged(): unknown {
    const next = this.text[this.at + 1];
    if (next === "{") {
      this.at++;
      return this.deeper(() => this.#list("}"));
    }
    if (next === undefined || !/[a-zA-Z]/.test(next)) throw this.source.expected("an EDN value", this.at);
    this.at++;
    this.#symbol("a tag");
    this.skip();
    return this.deeper(() => this.read());
  }

  #list(closing: string): readonly unknown[] {
    const values: unknown[] = [];
    const start = this.at++;
    for (;;) {
      this.skip();
      if (this.text[this.at] === closing) break;
      this.#expectMore(start, closing);
      values.push(this.read());
    }
    this.at++;
    return values;
  }

  #map(): object {
    const map: { [key: string]: unknown } = {};
    const start = this.at++;
    for (;;) {
      this.skip();
      if (this.text[this.at] === "}") break;
      this.#expectMore(start, "}");
      const offset = this.at;
      const key = this.read();
      this.skip();
      if (this.text[this.at] === "}") throw this.source.expected("a value for the last key of this map", this.at);
      this.put(map, typeof key === "string" ? key : JSON.stringify(key), this.read(), offset);
    }
    this.at++;
    return map;
  }

  #expectMore(start: number, closing: string): void {
    if (this.at < this.text.length) return;
    throw this.source.error(
      `expected "${closing}" for the "${this.text[start]}" that opens here, found the end of the text`,
      start,
    );
  }
}

/** The EDN values of a text: a stream of them, or the elements of one vector or list. */
export const readEdn = (source: SourceText): readonly Form[] => new EdnReader(source).forms("[(");
