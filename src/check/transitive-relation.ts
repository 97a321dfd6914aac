/** A transitive relation over the numbers below `size`, as rows of bits. */
export class TransitiveRelation {
  readonly size: number;
  readonly #words: number;
  readonly #rows: Int32Array;
  #work = 0;

  constructor(size: number) {
    this.size = size;
    this.#words = (size + 31) >> 5;
    this.#rows = new Int32Array(size * this.#words);
  }

  /** Words written so far: what it has cost. */
  get work(): number {
    return this.#work;
  }

  has(first: number, second: number): boolean {
    return ((this.#rows[first * this.#words + (second >> 5)]! >>> (second & 31)) & 1) === 1;
  }

  /** Adds a pair, and all that follows from it. */
  add(first: number, second: number): void {
    if (this.has(first, second)) return;
    for (let before = 0; before < this.size; before++) {
      if (before !== first && !this.has(before, first)) continue;
      this.#work += this.#words;
      const row = before * this.#words;
      for (let word = 0; word < this.#words; word++) {
        this.#rows[row + word] = this.#rows[row + word]! | this.#rows[second * this.#words + word]!;
      }
      this.#rows[row + (second >> 5)] = this.#rows[row + (second >> 5)]! | (1 << (second & 31));
    }
  }

  /** The relation among some of the numbers. */
  among(some: ReadonlySet<number>): TransitiveRelation {
    const relation = new TransitiveRelation(this.size);
    const mask = new Int32Array(this.#words);
    for (const number of some) mask[number >> 5] = mask[number >> 5]! | (1 << (number & 31));
    for (const number of some) {
      const row = number * this.#words;
      for (let word = 0; word < this.#words; word++) relation.#rows[row + word] = this.#rows[row + word]! & mask[word]!;
    }
    return relation;
  }
}
