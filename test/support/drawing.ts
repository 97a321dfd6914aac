/** Draws a whole number below a bound. */
export type Below = (bound: number) => number;

/** A linear congruential generator: the same draws for the same seed, on every machine. */
export const drawing = (seed: number): Below => {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
};
