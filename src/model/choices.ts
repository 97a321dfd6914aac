/**
 * The one source of everything that is not determined: order, delay, loss, crashes, coins. Every draw has a name (its
 * concern) and an identity: two numbers that say which decision of that concern it is (which link and its how-manieth
 * message, which node and its how-manieth timer). Seeded draws are a function of (seed, name, identity) alone, so a
 * new draw in one place, or an edit of one decision, does not move the others.
 *
 * Alternative 0 is always the harmless one (no loss, no crash, the shortest delay): shrinking goes towards it.
 */
export interface Choices {
  /** 0 … alternatives - 1. */
  below(name: string, which: number, count: number, alternatives: number): number;
  /** True with the given probability; an exhaustive source takes both when it lies strictly between 0 and 1. */
  chance(name: string, which: number, count: number, probability: number): boolean;
  /**
   * A decision that no source takes by itself and only an edit does (leave this call out, never deliver that message):
   * 0 unless edited. It gives a shrinker what a seed would need luck for.
   */
  forced(name: string, which: number, count: number): number;
}

/** One decision that was taken: enough to edit it. */
export interface Decision {
  readonly name: string;
  readonly which: number;
  readonly count: number;
  readonly alternatives: number;
  readonly value: number;
}

/** A decision forced to a value, whatever the source below would say. */
export interface Edit {
  readonly name: string;
  readonly which: number;
  readonly count: number;
  readonly value: number;
}

/** Turns the name of a concern into a seed of its own (FNV-1a over UTF-16 units). */
const seedOfName = (name: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash | 0;
};

const nameSeeds = new Map<string, number>();
const nameSeed = (name: string): number => {
  let seed = nameSeeds.get(name);
  if (seed === undefined) {
    seed = seedOfName(name);
    nameSeeds.set(name, seed);
  }
  return seed;
};

/** 32 well mixed bits of four numbers: two rounds of the murmur3 finaliser between the inputs. */
const mix = (seed: number, name: number, which: number, count: number): number => {
  let h = Math.imul(seed ^ name, 0x9e3779b1);
  h ^= h >>> 15;
  h = Math.imul(h + which, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h + count, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
};

const unit = 1 / 4294967296;

/** Draws from a seed. The same seed gives the same draws on every platform: only 32-bit integer arithmetic is used. */
export const seeded = (seed: number): Choices => {
  const low = seed | 0;
  const own = mix(low, Math.floor(seed / 4294967296) | 0, 0x51ed270b, 0) | 0;
  return {
    below: (name, which, count, alternatives) =>
      Math.floor(mix(own, nameSeed(name), which, count) * unit * alternatives),
    chance: (name, which, count, probability) => mix(own, nameSeed(name), which, count) * unit < probability,
    forced: () => 0,
  };
};

/** A seed for a part of a run (a mutant, a shard): as far from its parent's draws as two seeds are. */
export const derivedSeed = (seed: number, part: string): number => mix(seed | 0, nameSeed(part), 1, 2);

const keyOf = (name: string, which: number, count: number): string => `${name}/${which}/${count}`;

/** Every decision has its harmless alternative: the run without faults. */
export const harmless: Choices = { below: () => 0, chance: () => false, forced: () => 0 };

/** Forces some decisions of another source. Edits of decisions that are never asked for have no effect. */
export const edited = (base: Choices, edits: readonly Edit[]): Choices => {
  const forced = new Map(edits.map((edit) => [keyOf(edit.name, edit.which, edit.count), edit.value]));
  if (forced.size === 0) return base;
  return {
    below: (name, which, count, alternatives) => {
      const value = forced.get(keyOf(name, which, count));
      return value === undefined ? base.below(name, which, count, alternatives) : Math.min(value, alternatives - 1);
    },
    chance: (name, which, count, probability) => {
      const value = forced.get(keyOf(name, which, count));
      return value === undefined ? base.chance(name, which, count, probability) : value === 1;
    },
    forced: (name, which, count) => forced.get(keyOf(name, which, count)) ?? base.forced(name, which, count),
  };
};

/** Tells of every decision as it is taken. */
export const observing = (base: Choices, hear: (decision: Decision) => void): Choices => ({
  below: (name, which, count, alternatives) => {
    const value = base.below(name, which, count, alternatives);
    hear({ name, which, count, alternatives, value });
    return value;
  },
  chance: (name, which, count, probability) => {
    const value = base.chance(name, which, count, probability);
    hear({ name, which, count, alternatives: 2, value: value ? 1 : 0 });
    return value;
  },
  // Told with one alternative: a shrinker sees that it was asked and may force it.
  forced: (name, which, count) => {
    const value = base.forced(name, which, count);
    hear({ name, which, count, alternatives: 1, value });
    return value;
  },
});

/** Keeps every decision that is taken, in order. */
export const recording = (base: Choices, decisions: Decision[]): Choices =>
  observing(base, (decision) => decisions.push(decision));

/**
 * Enumerates every combination of choices of a deterministic program, depth first, by running it again and again:
 * each decision asked for is a digit, `next` counts up. Identities are ignored; the order of asking is the identity.
 */
export class Odometer implements Choices {
  readonly #digits: number[] = [];
  readonly #bases: number[] = [];
  #position = 0;

  below(_name: string, _which: number, _count: number, alternatives: number): number {
    return this.#digit(alternatives);
  }

  chance(_name: string, _which: number, _count: number, probability: number): boolean {
    if (probability <= 0 || probability >= 1) return probability >= 1;
    return this.#digit(2) === 1;
  }

  forced(): number {
    return 0;
  }

  /** Ends a run and moves to the next combination; false when all were seen. */
  next(): boolean {
    this.#digits.length = Math.min(this.#digits.length, this.#position);
    this.#bases.length = this.#digits.length;
    this.#position = 0;
    while (this.#digits.length > 0) {
      const last = this.#digits.length - 1;
      if (this.#digits[last]! + 1 < this.#bases[last]!) {
        this.#digits[last]!++;
        return true;
      }
      this.#digits.pop();
      this.#bases.pop();
    }
    return false;
  }

  /** The digits of the current run so far: what a replay needs. */
  path(): readonly number[] {
    return this.#digits.slice(0, this.#position);
  }

  #digit(alternatives: number): number {
    const at = this.#position++;
    if (at === this.#digits.length) {
      this.#digits.push(0);
      this.#bases.push(alternatives);
    } else if (this.#bases[at] !== alternatives) {
      throw new Error(
        `decision ${at} had ${this.#bases[at]} alternatives and now has ${alternatives}: the program depends on something outside its choices`,
      );
    }
    return this.#digits[at]!;
  }
}

/** Follows digits that an odometer had; after the last one every decision is harmless. */
export const following = (path: readonly number[]): Choices => {
  let position = 0;
  const digit = (alternatives: number): number => Math.min(path[position++] ?? 0, alternatives - 1);
  return {
    below: (_name, _which, _count, alternatives) => digit(alternatives),
    chance: (_name, _which, _count, probability) =>
      probability <= 0 || probability >= 1 ? probability >= 1 : digit(2) === 1,
    forced: () => 0,
  };
};
