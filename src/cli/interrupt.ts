/** How long a search that was asked to stop may take to hand over what it has. */
const graceMs = 3_000;

/**
 * Ctrl-C. The first asks the search to stop and hand over what it has; a second one, or no answer within a few
 * seconds, ends it.
 */
export class Interrupt {
  readonly #stop: () => void;
  readonly #end: () => void;
  readonly #listener = (): void => this.#signal();
  #grace: NodeJS.Timeout | null = null;
  /** Whether Ctrl-C was pressed. */
  happened = false;

  constructor(stop: () => void, end: () => void) {
    this.#stop = stop;
    this.#end = end;
    process.on("SIGINT", this.#listener);
  }

  /** Stops listening. */
  dispose(): void {
    process.off("SIGINT", this.#listener);
    if (this.#grace !== null) clearTimeout(this.#grace);
  }

  #signal(): void {
    if (this.happened) return this.#end();
    this.happened = true;
    this.#stop();
    this.#grace = setTimeout(this.#end, graceMs);
  }
}
