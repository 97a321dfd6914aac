/** Tells of what somebody outside can make happen without end: so often a second and no more, or it fills a log. */
export class NowAndThen {
  readonly #perSecondMax: number;
  #since = Number.NEGATIVE_INFINITY;
  #told = 0;

  constructor(perSecondMax: number) {
    this.#perSecondMax = perSecondMax;
  }

  /** Whether this one is told of. */
  allows(): boolean {
    const now = performance.now();
    if (now - this.#since > 1_000) {
      this.#since = now;
      this.#told = 0;
    }
    return this.#told++ < this.#perSecondMax;
  }
}
