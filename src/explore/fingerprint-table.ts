import { assert } from "../model/index.ts";

const slotsMin = 1 << 10;
/** Share of the slots that may be taken before the table doubles: probes stay short, and no slot is wasted for long. */
const loadMax = 0.6;
const bytesASlot = 8;

/**
 * The set of states that a search has seen, by fingerprints of 64 bits in two words: open addressing over one typed
 * array. A `Set` of numbers ends at 16,777,216 entries and is ten times as slow.
 */
export class FingerprintTable {
  readonly #bytesMax: number;
  #slots: Uint32Array;
  #mask: number;
  #size = 0;
  #grownAt: number;

  /** @param bytesMax Bytes that the table may take, the moment of growing included. */
  constructor(bytesMax: number = Number.POSITIVE_INFINITY) {
    this.#bytesMax = bytesMax;
    this.#slots = new Uint32Array(slotsMin * 2);
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
  add(low: number, high: number): boolean {
    // An empty slot is (0, 0): that one fingerprint stands with (0, 1).
    const word = (low | high) === 0 ? 1 : high;
    let at = this.#find(low, word);
    if (this.#slots[at] === low >>> 0 && this.#slots[at + 1] === word >>> 0) return false;
    if (this.#size >= this.#grownAt) {
      assert(this.#mayGrow(), "the table of states is full: its user asks before it adds");
      this.#grow();
      at = this.#find(low, word);
    }
    this.#slots[at] = low;
    this.#slots[at + 1] = word;
    this.#size++;
    return true;
  }

  has(low: number, high: number): boolean {
    const at = this.#find(low, (low | high) === 0 ? 1 : high);
    return (this.#slots[at]! | this.#slots[at + 1]!) !== 0;
  }

  /** The slot of a fingerprint, or the empty one where it belongs. */
  #find(low: number, high: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    const [wantedLow, wantedHigh] = [low >>> 0, high >>> 0];
    const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
    let slot = mixed ^ (mixed >>> 15);
    for (;;) {
      const at = (slot & mask) * 2;
      const [here, there] = [slots[at]!, slots[at + 1]!];
      if ((here === wantedLow && there === wantedHigh) || (here | there) === 0) return at;
      slot++;
    }
  }

  #mayGrow(): boolean {
    // Old and new table live side by side while it grows.
    return this.#slots.length * 4 * 3 <= this.#bytesMax;
  }

  #grow(): void {
    const old = this.#slots;
    const slots = (this.#mask + 1) * 2;
    this.#slots = new Uint32Array(slots * (bytesASlot / 4));
    this.#mask = slots - 1;
    this.#grownAt = Math.floor(slots * loadMax);
    for (let at = 0; at < old.length; at += 2) {
      const [low, high] = [old[at]!, old[at + 1]!];
      if ((low | high) === 0) continue;
      const to = this.#find(low, high);
      this.#slots[to] = low;
      this.#slots[to + 1] = high;
    }
  }
}
