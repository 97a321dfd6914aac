import type { Instance } from "./instance.ts";

/** A handler without its types. */
export type Handler = (s: object, io: object, a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown) => void;

/** How many handlers one step may run before it is taken for a loop that never ends. */
export const handlersPerStepMax = 1_000_000;

/**
 * The local events of one step, first in, first out, each handler run to its end before the next. Without the queue a
 * reply inside an indication would run before the rest of the handler that indicated: causal broadcast then stamps the
 * answer too early, and it is delivered before its question.
 *
 * Parallel arrays, reset when empty: no object is made for an entry.
 */
export class StepQueue {
  readonly #handlers: Handler[] = [];
  readonly #instances: Instance[] = [];
  readonly #early: (Instance | null)[] = [];
  readonly #a: unknown[] = [];
  readonly #b: unknown[] = [];
  readonly #c: unknown[] = [];
  readonly #d: unknown[] = [];
  readonly #e: unknown[] = [];
  #tail = 0;
  /** The module on whose behalf the running handler sends early, or null. */
  early: Instance | null = null;

  push(
    handler: Handler,
    instance: Instance,
    early: Instance | null,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
    e?: unknown,
  ): void {
    const at = this.#tail++;
    this.#handlers[at] = handler;
    this.#instances[at] = instance;
    this.#early[at] = early;
    this.#a[at] = a;
    this.#b[at] = b;
    this.#c[at] = c;
    this.#d[at] = d;
    this.#e[at] = e;
  }

  /** Runs one handler, which needs no place in the queue when that is empty, and all that it adds. */
  run(handler: Handler, instance: Instance, a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown): void {
    if (this.#tail > 0) {
      this.push(handler, instance, null, a, b, c, d, e);
      return this.drain();
    }
    try {
      instance.touched = true;
      handler(instance.state, instance.io, a, b, c, d, e);
      this.#follow(instance);
      this.#runAll();
    } finally {
      this.#tail = 0;
      this.early = null;
    }
  }

  /** Runs all entries and those that they add. */
  drain(): void {
    try {
      this.#runAll();
    } finally {
      this.#tail = 0;
      this.early = null;
    }
  }

  #runAll(): void {
    for (let at = 0; at < this.#tail; at++) {
      if (at >= handlersPerStepMax)
        throw new Error(`one step ran ${handlersPerStepMax} handlers and has more: modules ask each other in a circle`);
      const instance = this.#instances[at]!;
      // Forgotten earlier in this step: a record that it wrote now would bring it back at the next boot.
      if (instance.dropped) continue;
      instance.touched = true;
      this.early = this.#early[at]!;
      this.#handlers[at]!(instance.state, instance.io, this.#a[at], this.#b[at], this.#c[at], this.#d[at], this.#e[at]);
      this.#follow(instance);
    }
  }

  #follow(instance: Instance): void {
    if (instance.whenever === undefined) return;
    this.early = null;
    instance.whenever(instance.state, instance.io);
  }
}
