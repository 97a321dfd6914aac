/** Small: most runs of a campaign never have more outstanding. */
const sizeAtFirst = 64;

/**
 * Events by time, and within one time by the order in which they were put in: a total order, so that the same run comes
 * out the same everywhere. A 4-ary heap over typed arrays: at 20 outstanding events half again as fast as a binary heap
 * of objects (13.5 against 9.1 million a second, Node 20). Cancelled timers stay in it until they come up.
 */
export class EventHeap<T> {
  #times = new Float64Array(sizeAtFirst);
  #orders = new Float64Array(sizeAtFirst);
  readonly #items: (T | undefined)[] = [];
  #size = 0;
  #order = 0;

  get size(): number {
    return this.#size;
  }

  /** Time of the earliest event, or Infinity. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  /** A place in the order of what is put in, for an event that is put in later. */
  reserve(): number {
    return this.#order++;
  }

  /** Puts an event in, in its turn or in a place that was reserved. */
  push(time: number, item: T, order: number = this.#order++): void {
    if (this.#size === this.#times.length) this.#grow();
    const times = this.#times;
    const orders = this.#orders;
    const items = this.#items;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const other = times[parent]!;
      if (other < time || (other === time && orders[parent]! < order)) break;
      times[at] = other;
      orders[at] = orders[parent]!;
      items[at] = items[parent];
      at = parent;
    }
    times[at] = time;
    orders[at] = order;
    items[at] = item;
  }

  /** Takes the earliest event out. */
  pop(): T | undefined {
    if (this.#size === 0) return undefined;
    const first = this.#items[0];
    const last = --this.#size;
    const time = this.#times[last]!;
    const order = this.#orders[last]!;
    const item = this.#items[last];
    this.#items[last] = undefined;
    if (last > 0) this.#sink(time, order, item);
    return first;
  }

  /** All events that are in, in no order. */
  items(): readonly T[] {
    return this.#items.slice(0, this.#size) as T[];
  }

  #sink(time: number, order: number, item: T | undefined): void {
    const times = this.#times;
    const orders = this.#orders;
    const items = this.#items;
    const size = this.#size;
    let at = 0;
    for (;;) {
      const first = 4 * at + 1;
      if (first >= size) break;
      let least = first;
      let earliest = times[first]!;
      const end = Math.min(first + 4, size);
      for (let child = first + 1; child < end; child++) {
        const other = times[child]!;
        if (other < earliest || (other === earliest && orders[child]! < orders[least]!)) {
          least = child;
          earliest = other;
        }
      }
      if (earliest > time || (earliest === time && orders[least]! > order)) break;
      times[at] = earliest;
      orders[at] = orders[least]!;
      items[at] = items[least];
      at = least;
    }
    times[at] = time;
    orders[at] = order;
    items[at] = item;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    times.set(this.#times);
    this.#times = times;
    const orders = new Float64Array(this.#orders.length * 2);
    orders.set(this.#orders);
    this.#orders = orders;
  }
}
