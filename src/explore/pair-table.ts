const slotsMin = 1 << 8;
const loadMax = 0.5;

const slotOf = (a: number, b: number): number => {
  const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
};

/** A map from two whole numbers to one, each of 32 bits and the value not 0: the memory of transitions. */
export class PairTable {
  #slots: Int32Array = new Int32Array(slotsMin * 4);
  #mask: number = slotsMin - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** The value of a pair, 0 when it has none. */
  get(a: number, b: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = slotOf(a, b);
    for (;;) {
      const at = (slot & mask) * 4;
      const value = slots[at + 2]!;
      if (value === 0 || (slots[at] === a && slots[at + 1] === b)) return value;
      slot++;
    }
  }

  /** Gives a pair its value, once. */
  set(a: number, b: number, value: number): void {
    if (++this.#size > (this.#mask + 1) * loadMax) this.#grow();
    this.#put(a, b, value);
  }

  #put(a: number, b: number, value: number): void {
    const slots = this.#slots;
    let slot = slotOf(a, b);
    while (slots[(slot & this.#mask) * 4 + 2] !== 0) slot++;
    const at = (slot & this.#mask) * 4;
    slots[at] = a;
    slots[at + 1] = b;
    slots[at + 2] = value;
  }

  #grow(): void {
    const old = this.#slots;
    const slots = (this.#mask + 1) * 2;
    this.#slots = new Int32Array(slots * 4);
    this.#mask = slots - 1;
    for (let at = 0; at < old.length; at += 4) if (old[at + 2] !== 0) this.#put(old[at]!, old[at + 1]!, old[at + 2]!);
  }
}
