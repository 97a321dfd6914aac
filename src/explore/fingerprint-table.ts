import { assert } from "../model/index.ts";

const slotsMin = 1 << 10;
/** Share of the slots that may be taken before the table doubles: probes stay short, and no slot is wasted for long. */
const loadMax = 0.6;
const slotsMax = 1 << 29;

const slotOf = (low: number, high: number): number => {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
};

/**
 * The set of states that a search has seen, by fingerprints of 64 bits in two words: open addressing over one typed
 * array. A `Set` of numbers ends at 16,777,216 entries and is ten times as slow.
 */
export class FingerprintTable {
  readonly #bytesMax: number;
  // Words with sign: without it every word from 2^31 on would be a float.
  #slots: Int32Array;
  #mask: number;
  #size = 0;
  #grownAt: number;

  /** @param bytesMax Bytes that the table may take, the moment of growing included. */
  constructor(bytesMax: number = Number.POSITIVE_INFINITY) {
    this.#bytesMax = bytesMax;
    this.#slots = new Int32Array(slotsMin * 2);
    this.#mask = slotsMin - 1;
    this.#grownAt = Math.floor(slotsMin * loadMax);
  }

  /** How many fingerprints it has. */
  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Whether no more can be added within the bound on memory. */
  get full(): boolean {
    return this.#size >= this.#grownAt && !this.#mayGrow();
  }

  /** Adds a fingerprint; true when it is new. Ask `full` first. */
  add(lowWord: number, highWord: number): boolean {
    const low = lowWord | 0;
    // An empty slot is (0, 0): that one fingerprint stands with (0, 1).
    const high = (lowWord | highWord) === 0 ? 1 : highWord | 0;
    const at = this.#find(low, high);
    const slots = this.#slots;
    if ((slots[at]! | slots[at + 1]!) !== 0) return false;
    if (this.#size >= this.#grownAt) return this.#addGrowing(low, high);
    slots[at] = low;
    slots[at + 1] = high;
    this.#size++;
    return true;
  }

  has(low: number, high: number): boolean {
    const at = this.#find(low | 0, (low | high) === 0 ? 1 : high | 0);
    return (this.#slots[at]! | this.#slots[at + 1]!) !== 0;
  }

  /**
   * Reads the slot of a fingerprint for nothing: a table is larger than every cache, and reads that do not wait for each
   * other wait together.
   */
  touch(low: number, high: number): number {
    return this.#slots[(slotOf(low, high) & this.#mask) << 1]!;
  }

  /** The slot of a fingerprint, or the empty one where it belongs. */
  #find(low: number, high: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = slotOf(low, high); ; slot++) {
      const at = (slot & mask) << 1;
      const here = slots[at]!;
      const there = slots[at + 1]!;
      if ((here === low && there === high) || (here | there) === 0) return at;
    }
  }

  #addGrowing(low: number, high: number): boolean {
    assert(this.#mayGrow(), "the table of states is full: its user asks before it adds");
    this.#grow();
    return this.add(low, high);
  }

  #mayGrow(): boolean {
    // Old and new table live side by side while it grows. Positions in it stay whole numbers of 31 bits.
    return this.#slots.byteLength * 3 <= this.#bytesMax && this.#mask < slotsMax - 1;
  }

  #grow(): void {
    const old = this.#slots;
    const slots = (this.#mask + 1) * 2;
    this.#slots = new Int32Array(slots * 2);
    this.#mask = slots - 1;
    this.#grownAt = Math.floor(slots * loadMax);
    for (let at = 0; at < old.length; at += 2) {
      const low = old[at]!;
      const high = old[at + 1]!;
      if ((low | high) === 0) continue;
      const to = this.#find(low, high);
      this.#slots[to] = low;
      this.#slots[to + 1] = high;
    }
  }
}
