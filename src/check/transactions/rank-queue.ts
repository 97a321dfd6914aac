/** Numbers that wait, each with a rank: the one with the smallest rank is taken first. */
export class RankQueue {
  readonly #rank: Float64Array;
  readonly #heap: number[] = [];

  constructor(rank: Float64Array) {
    this.#rank = rank;
  }

  get size(): number {
    return this.#heap.length;
  }

  push(item: number): void {
    const heap = this.#heap;
    let at = heap.push(item) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && this.#isBefore(item, heap[parent]!); parent = (at - 1) >> 1) {
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = item;
  }

  pop(): number {
    const heap = this.#heap;
    const top = heap[0]!;
    const item = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#isBefore(heap[child]!, item)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
    return top;
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#rank[a]! - this.#rank[b]!;
    return difference < 0 || (difference === 0 && a < b);
  }
}
