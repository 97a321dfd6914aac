const slots = 4_096;

/**
 * Open calls by number. Numbers ascend, so that as many as there are slots find one each; only those beyond it go into a
 * `Map`. A `Map` alone is remade for every few hundred calls, and a table that was left behind, once it is old, keeps all
 * promises alive that were in it, with their answers, until a full collection: a quarter of what a client allocated.
 */
export class CallTable<T> {
  readonly #numbers: number[] = new Array<number>(slots).fill(0);
  readonly #calls: (T | undefined)[] = new Array<T | undefined>(slots).fill(undefined);
  readonly #others = new Map<number, T>();

  /** A call begins. */
  set(number: number, call: T): void {
    const slot = number % slots;
    if (this.#calls[slot] !== undefined) {
      this.#others.set(number, call);
      return;
    }
    this.#numbers[slot] = number;
    this.#calls[slot] = call;
  }

  /** A call that ends here; undefined where none is open. */
  take(number: number): T | undefined {
    const slot = number % slots;
    const call = this.#calls[slot];
    if (call !== undefined && this.#numbers[slot] === number) {
      this.#calls[slot] = undefined;
      return call;
    }
    const other = this.#others.get(number);
    if (other !== undefined) this.#others.delete(number);
    return other;
  }

  /** All open calls, which end here. */
  takeAll(): T[] {
    const all = [...this.#calls.filter((call) => call !== undefined), ...this.#others.values()];
    this.#calls.fill(undefined);
    this.#others.clear();
    return all;
  }
}
