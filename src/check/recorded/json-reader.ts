import { type Form, FormScanner } from "./form-scanner.ts";
import type { SourceText } from "./source-text.ts";

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;
const words: { readonly [name: string]: boolean | null } = { true: true, false: false, null: null };

/** Reads JSON values: one after the other, or as one array. */
class JsonReader extends FormScanner {
  protected override skip(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.at++;
    }
  }

  protected override skipBetween(isInList: boolean, closing: string | undefined): void {
    this.skip();
    if (!isInList || this.text[this.at] === closing) return;
    this.#expect(",", `"," or "${closing}"`);
    this.skip();
    if (this.text[this.at] === closing) throw this.source.expected("a JSON value", this.at);
  }

  protected override read(): unknown {
    const first = this.text[this.at];
    if (first === '"') return this.readString();
    if (first === "{") return this.deeper(() => this.#object());
    if (first === "[") return this.deeper(() => this.#array());
    number.lastIndex = this.at;
    const digits = number.exec(this.text)?.[0];
    if (digits !== undefined) {
      this.at += digits.length;
      return this.numberOf(digits);
    }
    word.lastIndex = this.at;
    const name = word.exec(this.text)?.[0];
    if (name === undefined) throw this.source.expected("a JSON value", this.at);
    this.at += name.length;
    return words[name];
  }

  #expect(letter: string, what = `"${letter}"`): void {
    if (this.text[this.at] !== letter) throw this.source.expected(what, this.at);
    this.at++;
  }

  #array(): readonly unknown[] {
    const values: unknown[] = [];
    this.at++;
    for (;;) {
      this.skip();
      if (values.length === 0 && this.text[this.at] === "]") break;
      values.push(this.read());
      this.skip();
      if (this.text[this.at] === "]") break;
      this.#expect(",", '"," or "]"');
    }
    this.at++;
    return values;
  }

  #object(): object {
    const map: { [key: string]: unknown } = {};
    this.at++;
    for (let isEmpty = true; ; isEmpty = false) {
      this.skip();
      const offset = this.at;
      if (isEmpty && this.text[this.at] === "}") break;
      if (this.text[this.at] !== '"') throw this.source.expected("a key in quotes", this.at);
      const key = this.readString();
      this.skip();
      this.#expect(":");
      this.skip();
      this.put(map, key, this.read(), offset);
      this.skip();
      if (this.text[this.at] === "}") break;
      this.#expect(",", '"," or "}"');
    }
    this.at++;
    return map;
  }
}

/** The JSON values of a text: a stream of them (JSON Lines is one), or the elements of one array. */
export const readJson = (source: SourceText): readonly Form[] => new JsonReader(source).forms("[");
