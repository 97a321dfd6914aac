/** Numbers in groups that are numbers too, in two arrays. Within a group they keep the order in which they were given. */
export class Grouped {
  readonly #begin: Int32Array;
  readonly #items: Int32Array;

  /**
   * @param groups How many groups there are.
   * @param group By item: its group; items of no group have a negative one.
   * @param item By item: the number; its place when absent.
   */
  constructor(groups: number, group: ArrayLike<number>, item?: ArrayLike<number>) {
    const begin = new Int32Array(groups + 1);
    for (let at = 0; at < group.length; at++) if (group[at]! >= 0) begin[group[at]! + 1]!++;
    for (let at = 0; at < groups; at++) begin[at + 1] = begin[at + 1]! + begin[at]!;
    const next = begin.slice(0, groups);
    const items = new Int32Array(begin[groups]!);
    for (let at = 0; at < group.length; at++) {
      if (group[at]! >= 0) items[next[group[at]!]!++] = item === undefined ? at : item[at]!;
    }
    this.#begin = begin;
    this.#items = items;
  }

  /** How many there are in a group. */
  sizeOf(group: number): number {
    return this.#begin[group + 1]! - this.#begin[group]!;
  }

  /** One of a group. */
  at(group: number, place: number): number {
    return this.#items[this.#begin[group]! + place]!;
  }

  /** A group as a view. */
  of(group: number): Int32Array {
    return this.#items.subarray(this.#begin[group]!, this.#begin[group + 1]!);
  }
}
