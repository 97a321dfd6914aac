import { SHAPES_MAX } from "./plain-format.ts";

/** Twice as many as there are shapes at most, so that a place is found soon; a power of two. */
const SLOTS = 2 * SHAPES_MAX;

const hashOf = (keys: readonly string[]): number => {
  let hash = keys.length;
  for (const key of keys) hash = (Math.imul(hash, 31) + key.length + 7 * key.charCodeAt(0)) | 0;
  return hash ^ (hash >>> 7);
};

/** Whether two objects have the same names in the same order. */
export const sameKeys = (one: readonly string[], other: readonly string[]): boolean => {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
};

/** The lists of names that one encoding has said, by number. The table is used again for the next one. */
export class Shapes {
  readonly #keys: (readonly string[])[] = new Array<readonly string[]>(SLOTS).fill([]);
  readonly #numbers: number[] = new Array<number>(SLOTS).fill(0);
  /** The encoding in which a slot was filled last. */
  readonly #filledIn: number[] = new Array<number>(SLOTS).fill(0);
  #encoding = 0;
  #count = 0;

  /** A new encoding begins, which has said nothing. */
  begin(): void {
    this.#encoding++;
    this.#count = 0;
  }

  /** The number of names that were said before, or -1; these are said from now on, if there is room. */
  numberOf(keys: readonly string[]): number {
    let slot = hashOf(keys) & (SLOTS - 1);
    while (this.#filledIn[slot] === this.#encoding) {
      if (sameKeys(this.#keys[slot]!, keys)) return this.#numbers[slot]!;
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.#count === SHAPES_MAX) return -1;
    this.#keys[slot] = keys;
    this.#numbers[slot] = this.#count++;
    this.#filledIn[slot] = this.#encoding;
    return -1;
  }
}
