import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where results are kept between commands. */
const folder = (): string => {
  const base = process.env["XDG_CACHE_HOME"] ?? "";
  return join(base === "" ? join(homedir(), ".cache") : base, "quorate");
};

/** Results by key, for one version of the code. A cache that cannot be read is empty, one that cannot be written is not. */
export class ResultCache<Result> {
  readonly #path: string;
  readonly #results: Map<string, Result>;

  constructor(name: string, code: string) {
    this.#path = join(folder(), `${name}-${code}.json`);
    this.#results = new Map(Object.entries(this.#read()));
  }

  /** The result of a key. */
  get(key: string): Result | undefined {
    return this.#results.get(key);
  }

  /** Keeps a result, until `save` in memory only. */
  set(key: string, result: Result): void {
    this.#results.set(key, result);
  }

  /** Writes all results, whole or not at all. */
  save(): void {
    const temporary = `${this.#path}.${process.pid}`;
    try {
      mkdirSync(folder(), { recursive: true });
      writeFileSync(temporary, JSON.stringify(Object.fromEntries(this.#results)));
      renameSync(temporary, this.#path);
    } catch {
      // A home that cannot be written to costs time, nothing else.
    }
  }

  #read(): { readonly [key: string]: Result } {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#path, "utf8"));
      return typeof value === "object" && value !== null ? (value as { readonly [key: string]: Result }) : {};
    } catch {
      return {};
    }
  }
}
