/** What a load of so many requests at a time came to. */
export interface LoadResult {
  readonly outstanding: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

const quantile = (sorted: Float64Array, share: number): number =>
  sorted.length === 0 ? Number.NaN : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;

/**
 * Keeps `outstanding` requests open for `seconds`, after a warm-up of a fifth of that, and measures how long each took.
 * The next request goes out as soon as one is answered: a closed loop.
 */
export const load = async (
  outstanding: number,
  seconds: number,
  request: (count: number) => Promise<unknown>,
): Promise<LoadResult> => {
  const took: number[] = [];
  let count = 0;
  let failed = 0;
  const from = performance.now() + seconds * 200;
  const until = from + seconds * 1_000;
  const one = async (): Promise<void> => {
    for (;;) {
      const start = performance.now();
      if (start >= until) return;
      try {
        await request(count++);
      } catch {
        failed++;
        continue;
      }
      const end = performance.now();
      if (start >= from && end < until) took.push(end - start);
    }
  };
  await Promise.all(Array.from({ length: outstanding }, one));
  const sorted = Float64Array.from(took).sort();
  return {
    outstanding,
    perSecond: took.length / seconds,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    failed,
  };
};
