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

/** Damages a few bytes, and often the length. */
export const damaged = (bytes: Uint8Array, draw: Below): Uint8Array => {
  const copy = bytes.slice(0, draw(10) === 0 ? draw(bytes.length) : bytes.length);
  for (let count = draw(4); count >= 0 && copy.length > 0; count--) copy[draw(copy.length)] = draw(256);
  if (draw(8) === 0) copy.copyWithin(draw(copy.length), draw(copy.length), draw(copy.length));
  return copy;
};
