import { IntBuffer } from "./int-buffer.ts";
import { PlainInterner } from "./plain-interner.ts";

/** 32 well mixed bits of a number, another lane for another salt: the finaliser of MurmurHash3, twice. */
const mixed = (value: number, salt: number): number => {
  let hash = Math.imul(value + 0x7f4a7c15, 0x9e3779b1) ^ salt;
  for (let round = 0; round < 2; round++) {
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    hash = (hash + salt) | 0;
  }
  return hash;
};

/**
 * The parts that global states are made of (local states, messages, property states, budgets), each by a number. A global
 * state is a handful of them, and its fingerprint is the sum of theirs: a step changes it by a difference.
 */
export class Atoms {
  readonly #interner = new PlainInterner();
  readonly #kinds = new Map<string, number[]>();
  /** Fingerprints of the atoms, 64 bits in two words. */
  readonly low: IntBuffer = new IntBuffer();
  readonly high: IntBuffer = new IntBuffer();

  get size(): number {
    return this.#interner.size;
  }

  get bytes(): number {
    return this.#interner.bytes + this.low.bytes + this.high.bytes;
  }

  /** The number of an atom; the first asking gives it one. `kind` keeps apart what looks alike. */
  idOf(kind: string, value: unknown): number {
    const id = this.#interner.idOf([kind, value], kind);
    if (id === this.low.length) {
      const known = this.#kinds.get(kind);
      if (known === undefined) this.#kinds.set(kind, [id]);
      else known.push(id);
    }
    while (this.low.length <= id) {
      const at = this.low.length;
      this.low.push(mixed(at, 0x51ed270b));
      this.high.push(mixed(at, 0x2545f491));
    }
    return id;
  }

  /** The numbers of all atoms of a kind, in the order in which they came. */
  ofKind(kind: string): readonly number[] {
    return this.#kinds.get(kind) ?? [];
  }

  /** A copy of what an atom is. */
  valueOf(id: number): unknown {
    return (this.#interner.valueOf(id) as readonly [string, unknown])[1];
  }
}
