import { assert, majorityOf } from "../model/index.ts";

/**
 * How likely it is that so many of n nodes are down at once, if each is down with probability p, independently of the
 * others: the arithmetic behind replication (Kleppmann, Distributed Systems, lecture 5).
 */
export interface Unavailability {
  /** At least one node is down. */
  readonly anyDown: number;
  /** So many are down that no majority is left. */
  readonly majorityDown: number;
  readonly allDown: number;
}

const nodesMax = 60;

const checkArguments = (n: number, p: number): void => {
  assert(Number.isSafeInteger(n) && n >= 1 && n <= nodesMax, `n is a whole number from 1 to ${nodesMax}, not ${n}`);
  assert(p >= 0 && p <= 1, `a probability is from 0 to 1, not ${p}`);
};

/** How many ways there are to choose k of n; exact as long as the result is below 2^53. */
export const binomial = (n: number, k: number): number => {
  let ways = 1;
  // Each intermediate product is divisible: it counts the ways to choose `chosen` of so many.
  for (let chosen = 1; chosen <= k; chosen++) ways = (ways * (n - k + chosen)) / chosen;
  return ways;
};

/** The probability that exactly k of n nodes are down. */
export const probabilityOfDown = (k: number, n: number, p: number): number => {
  checkArguments(n, p);
  let probability = binomial(n, k);
  for (let node = 0; node < n; node++) probability *= node < k ? p : 1 - p;
  return probability;
};

/** The probability that at least k of n nodes are down: a sum of small terms, never one minus a number near one. */
export const probabilityOfAtLeast = (k: number, n: number, p: number): number => {
  let probability = 0;
  for (let down = n; down >= k; down--) probability += probabilityOfDown(down, n, p);
  return probability;
};

/** The number of failures that leaves no majority of n. */
const noMajority = (n: number): number => n - majorityOf(n) + 1;

/** The three figures, by the binomial distribution. */
export const unavailability = (n: number, p: number): Unavailability => ({
  anyDown: probabilityOfAtLeast(1, n, p),
  majorityDown: probabilityOfAtLeast(noMajority(n), n, p),
  allDown: probabilityOfDown(n, n, p),
});

/** Draws that one estimate may take: some seconds. */
export const drawsMax = 100_000_000;

/**
 * The same three figures by drawing the state of all nodes again and again. Good for what is not rare: of an event of
 * 10⁻⁶ ten million draws see about ten, so that the figure is off by a third as often as not.
 */
export const estimateUnavailability = (n: number, p: number, draws: number, seed: number): Unavailability => {
  checkArguments(n, p);
  assert(draws >= 1 && draws <= drawsMax, `between 1 and ${drawsMax} draws, not ${draws}`);
  const threshold = p * 4_294_967_296;
  const none = noMajority(n);
  let any = 0;
  let majority = 0;
  let all = 0;
  let state = seed | 0;
  for (let draw = 0; draw < draws; draw++) {
    let down = 0;
    for (let node = 0; node < n; node++) {
      // SplitMix with 32 bits: a counter, mixed. Integer arithmetic only, the same on every engine.
      state = (state + 0x9e3779b9) | 0;
      let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      if ((word ^ (word >>> 15)) >>> 0 < threshold) down++;
    }
    if (down > 0) any++;
    if (down >= none) majority++;
    if (down === n) all++;
  }
  return { anyDown: any / draws, majorityDown: majority / draws, allDown: all / draws };
};
