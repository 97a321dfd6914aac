import { readFileSync } from "node:fs";
import { ConfigurationError } from "./configuration-error.ts";

/** An object of a JSON file, read field by field: each mistake names the file, the field and what was expected. */
export class JsonFields {
  readonly #file: string;
  readonly #path: string;
  readonly #fields: { readonly [name: string]: unknown };
  readonly #asked = new Set<string>();

  constructor(file: string, path: string, value: unknown) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new ConfigurationError(`${file}${path === "" ? "" : `, ${path}`}: expected an object.`);
    this.#file = file;
    this.#path = path;
    this.#fields = value as { readonly [name: string]: unknown };
  }

  /** Reads a file that holds one object. */
  static of(file: string): JsonFields {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      throw new ConfigurationError(`${file} cannot be read: ${(error as Error).message}.`, { cause: error });
    }
    try {
      return new JsonFields(file, "", JSON.parse(text));
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      throw new ConfigurationError(`${file} is no JSON: ${(error as Error).message}.`, { cause: error });
    }
  }

  has(name: string): boolean {
    this.#asked.add(name);
    return this.#fields[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#take(name);
    if (typeof value !== "string" || value === "") throw this.wrong(name, "a text that is not empty");
    return value;
  }

  number(name: string, min: number, max: number): number {
    const value = this.#take(name);
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max)
      throw this.wrong(name, `a whole number from ${min} to ${max}`);
    return value;
  }

  /** The format of the file; there is one so far. */
  format(): void {
    const value = this.#take("format");
    if (typeof value === "number" && Number.isInteger(value) && value > 1)
      throw this.wrong("format", "1: a newer version of quorate made this file, use that one");
    if (value !== 1) throw this.wrong("format", "1");
  }

  boolean(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== "boolean") throw this.wrong(name, "true or false");
    return value;
  }

  choice<const Option extends string>(name: string, options: readonly Option[]): Option {
    const value = this.#take(name);
    const found = options.find((option) => option === value);
    if (found === undefined) throw this.wrong(name, `one of ${options.join(", ")}`);
    return found;
  }

  object(name: string): JsonFields {
    return new JsonFields(this.#file, this.#pathOf(name), this.#take(name));
  }

  objects(name: string): readonly JsonFields[] {
    const value = this.#take(name);
    if (!Array.isArray(value)) throw this.wrong(name, "a list");
    return value.map((item, at) => new JsonFields(this.#file, `${this.#pathOf(name)}[${at}]`, item));
  }

  /** Refuses fields that nobody asked for: a misspelt one would otherwise be passed over in silence. */
  noOthers(): void {
    const other = Object.keys(this.#fields).find((name) => !this.#asked.has(name));
    if (other !== undefined)
      throw new ConfigurationError(
        `${this.#file}: there is no field ${this.#pathOf(other)}; the fields here are ${[...this.#asked].join(", ")}.`,
      );
  }

  /** The error for a field that is there and wrong, or not there. */
  wrong(name: string, expected: string): ConfigurationError {
    const found = JSON.stringify(this.#fields[name]) ?? "nothing";
    return new ConfigurationError(`${this.#file}: ${this.#pathOf(name)} must be ${expected}; found ${found}.`);
  }

  #take(name: string): unknown {
    this.#asked.add(name);
    return this.#fields[name];
  }

  #pathOf(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }
}
