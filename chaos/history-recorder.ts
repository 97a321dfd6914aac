import { type History, HistoryBuilder, type specifications } from "quorate/check";

/** What clients ask, in the terms of the specification. */
export type Input = specifications.KeyValueInput<string>;
/** What they are answered. */
export type Output = specifications.KeyValueOutput<string>;

/** What became of an operation: an answer, certainly nothing, or nobody knows. */
export type Outcome =
  | { readonly kind: "answer"; readonly output: Output | undefined }
  | { readonly kind: "did not happen" }
  | { readonly kind: "unknown" };

/** Records what clients ask and hear, in the order in which it happens. */
export class HistoryRecorder {
  readonly #builder = new HistoryBuilder<Input, Output>();
  readonly #free: number[] = [];
  #processes = 0;
  operations = 0;
  indeterminate = 0;

  /** Runs one operation; each open one is a process of its own. */
  async record(input: Input, run: () => Promise<Outcome>): Promise<Outcome> {
    const process = this.#free.pop() ?? this.#processes++;
    this.#builder.invoke(process, input, performance.now());
    const outcome = await run();
    if (outcome.kind === "answer") {
      this.#builder.complete(process, outcome.output, performance.now());
      this.operations++;
    } else if (outcome.kind === "did not happen") this.#builder.discard(process);
    else {
      this.#builder.crash(process);
      this.indeterminate++;
    }
    this.#free.push(process);
    return outcome;
  }

  /** Reads of many keys at once: each is an operation of its own. */
  async recordReads(keys: readonly string[], read: () => Promise<ReadonlyMap<string, string>>): Promise<void> {
    const first = this.#processes;
    this.#processes += keys.length;
    for (const [at, key] of keys.entries()) this.#builder.invoke(first + at, { kind: "get", key }, performance.now());
    const values = await read();
    for (const [at, key] of keys.entries())
      this.#builder.complete(first + at, values.get(key) ?? null, performance.now());
  }

  history(): History<Input, Output> {
    return this.#builder.history();
  }
}
