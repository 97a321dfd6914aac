import { decode, encode } from "../model/index.ts";

const slotsMin = 1 << 8;
const loadMax = 0.5;

/** 32 bits of some bytes, four at a time. */
const hashOf = (bytes: Uint8Array): number => {
  let hash = bytes.length | 0;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash ^ (hash >>> 15);
};

const areEqual = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
};

/**
 * Gives equal plain data one number, from 0 on. What is kept are the bytes: nobody can change a value behind its number,
 * and each reader gets a copy of its own.
 */
export class PlainInterner {
  readonly #encoded: Uint8Array[] = [];
  readonly #hashes: number[] = [];
  #slots: Int32Array = new Int32Array(slotsMin).fill(-1);
  #bytes = 0;

  /** How many values it has. */
  get size(): number {
    return this.#encoded.length;
  }

  /** Roughly, in memory. */
  get bytes(): number {
    return this.#bytes + this.#slots.byteLength;
  }

  /**
   * The number of a value; the first asking gives it one.
   * @throws PlainDataError for what is no plain data.
   */
  idOf(value: unknown, name?: string): number {
    const encoded = encode(value, name);
    const hash = hashOf(encoded);
    const slot = this.#slotOf(encoded, hash);
    const found = this.#slots[slot]!;
    if (found >= 0) return found;
    const id = this.#encoded.length;
    this.#encoded.push(encoded);
    this.#hashes.push(hash);
    // Bytes, and what an engine adds for an array of them.
    this.#bytes += encoded.length + 120;
    this.#slots[slot] = id;
    if (id + 1 > this.#slots.length * loadMax) this.#grow();
    return id;
  }

  /** A copy of the value of a number. */
  valueOf(id: number): unknown {
    return decode(this.#encoded[id]!);
  }

  #slotOf(encoded: Uint8Array, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]!;
      if (id < 0 || (this.#hashes[id] === hash && areEqual(this.#encoded[id]!, encoded))) return slot;
    }
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#encoded.length; id++) {
      let slot = this.#hashes[id]! & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}
