/** What was shed, and whether every attempt was decided (so that nothing more can be shed). */
export interface Shed {
  readonly shed: ReadonlySet<number>;
  readonly complete: boolean;
}

/**
 * Sheds as many items as can be while the rest still fails, in chunks of halves, quarters … down to single items
 * (Zeller and Hildebrandt 2002, in one pass a size). `stillFails` gets all that is shed and answers `undefined` when it
 * cannot tell within its budget; then the chunk is kept.
 */
export const shedWhileFailing = (
  items: readonly number[],
  stillFails: (shed: ReadonlySet<number>) => boolean | undefined,
): Shed => {
  let shed: ReadonlySet<number> = new Set();
  let complete = true;
  for (let size = items.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    const kept = items.filter((item) => !shed.has(item));
    for (let at = 0; at < kept.length; at += size) {
      const attempt = new Set([...shed, ...kept.slice(at, at + size)]);
      const fails = stillFails(attempt);
      if (fails === true) shed = attempt;
      else if (fails === undefined && size === 1) complete = false;
    }
  }
  return { shed, complete };
};
