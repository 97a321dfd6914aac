/**
 * Fails where two values are not the same. What is told of a failure is made only then: comparisons by the ten thousand
 * would spend most of their time on words that nobody reads.
 */
export const agree = (found: unknown, expected: unknown, told: () => string): void => {
  if (found !== expected) throw new Error(`${String(found)} instead of ${String(expected)}, ${told()}`);
};
