/**
 * The configurations that a search has visited, in typed arrays. A JavaScript `Set` ends at 16,777,216 entries and
 * costs an object an entry; here an entry costs its own words and three more.
 *
 * A configuration is a tuple of 32-bit integers: a core, and after it a set of bits. One that has the same core as an
 * earlier one and all the bits of it is dominated: the search can do nothing from it that it cannot do from the
 * earlier one. Tuples are compared whole, so that no collision of hashes ever prunes a search.
 */
export class ConfigurationTable {
  readonly #coreWidth: number;
  readonly #width: number;
  #tuples: Int32Array;
  /** By entry: the next entry with the same core, plus 1. */
  #siblings: Int32Array;
  /** Open addressing by core; 0 is free, otherwise 1 + the latest entry with that core. */
  #slots: Int32Array;
  #cores = 0;
  #size = 0;
  #comparisons = 0;

  constructor(coreWidth: number, setWidth: number) {
    this.#coreWidth = coreWidth;
    this.#width = coreWidth + setWidth;
    this.#tuples = new Int32Array(16 * this.#width);
    this.#siblings = new Int32Array(16);
    this.#slots = new Int32Array(32);
  }

  get size(): number {
    return this.#size;
  }

  /** The memory that the table holds. */
  get bytes(): number {
    return this.#tuples.byteLength + this.#siblings.byteLength + this.#slots.byteLength;
  }

  /** How many sets of bits were compared: the work beyond one step for each `add`. */
  get comparisons(): number {
    return this.#comparisons;
  }

  /** Adds a tuple and gives its entry number (0, 1, 2 …), or -1 when it is dominated by an entry or equal to one. */
  add(tuple: Int32Array): number {
    const slot = this.#slotOf(this.#slots, tuple, 0);
    const latest = this.#slots[slot]! - 1;
    for (let entry = latest; entry >= 0; entry = this.#siblings[entry]! - 1) {
      this.#comparisons++;
      if (this.#isWithin(entry * this.#width, tuple)) return -1;
    }
    const entry = this.#size++;
    if (entry === this.#siblings.length) this.#growTuples();
    this.#tuples.set(tuple, entry * this.#width);
    this.#siblings[entry] = latest + 1;
    this.#slots[slot] = entry + 1;
    if (latest < 0 && ++this.#cores * 2 > this.#slots.length) this.#growSlots();
    return entry;
  }

  /** Copies an entry. */
  load(entry: number, into: Int32Array): void {
    const offset = entry * this.#width;
    for (let at = 0; at < this.#width; at++) into[at] = this.#tuples[offset + at]!;
  }

  /** One word of an entry. */
  word(entry: number, at: number): number {
    return this.#tuples[entry * this.#width + at]!;
  }

  /** Whether all bits of the entry at an offset are in the tuple. The cores are equal. */
  #isWithin(offset: number, tuple: Int32Array): boolean {
    for (let at = this.#coreWidth; at < this.#width; at++) {
      if ((this.#tuples[offset + at]! & ~tuple[at]!) !== 0) return false;
    }
    return true;
  }

  /** The slot of a core: its own, or the free one where it belongs. */
  #slotOf(slots: Int32Array, tuples: Int32Array, offset: number): number {
    const mask = slots.length - 1;
    let slot = this.#hash(tuples, offset) & mask;
    while (slots[slot] !== 0 && !this.#isCore(tuples, offset, (slots[slot]! - 1) * this.#width))
      slot = (slot + 1) & mask;
    return slot;
  }

  #isCore(tuples: Int32Array, offset: number, entryOffset: number): boolean {
    for (let at = 0; at < this.#coreWidth; at++) {
      if (tuples[offset + at] !== this.#tuples[entryOffset + at]) return false;
    }
    return true;
  }

  #hash(tuples: Int32Array, offset: number): number {
    let hash = 0x9e3779b9;
    for (let at = 0; at < this.#coreWidth; at++) {
      hash = Math.imul(hash ^ tuples[offset + at]!, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0xc2b2ae35);
    return hash ^ (hash >>> 13);
  }

  #growTuples(): void {
    this.#tuples = grown(this.#tuples);
    this.#siblings = grown(this.#siblings);
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    for (const head of this.#slots) {
      if (head !== 0) slots[this.#slotOf(slots, this.#tuples, (head - 1) * this.#width)] = head;
    }
    this.#slots = slots;
  }
}

/** The same words in an array of twice the length. */
export const grown = (words: Int32Array): Int32Array => {
  const more = new Int32Array(words.length * 2);
  more.set(words);
  return more;
};
