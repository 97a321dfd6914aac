/** A part of a history for which no order was found. Operations are numbers. */
export interface Core {
  /** The states that it can begin in; it fails from each of them. */
  readonly starts: readonly number[];
  /** What must be explained. */
  readonly needed: readonly number[];
  /** What may take effect at any time after its call, or never; if it does, with the answer it gave. */
  readonly loose: readonly number[];
}

/** An order that explains as much of a core as any. */
export interface Best {
  readonly start: number;
  readonly order: readonly number[];
  /** The state that it leads to. */
  readonly state: number;
}

/** What was shed, and whether every attempt was decided (so that nothing more can be shed). */
interface Shed {
  readonly shed: ReadonlySet<number>;
  readonly complete: boolean;
}

/**
 * Sheds as many items as can be while the rest still fails, in chunks of all, halves, quarters … down to single items
 * (after Zeller and Hildebrandt 2002). `stillFails` gets all that is shed and answers `undefined` when it cannot tell
 * within its budget; then the chunk is kept. When all is spent, it ends.
 */
export const shedWhileFailing = (
  items: readonly number[],
  stillFails: (shed: ReadonlySet<number>) => boolean | undefined,
  isSpent: () => boolean = () => false,
): Shed => {
  let shed: ReadonlySet<number> = new Set();
  let complete = true;
  for (let size = items.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    const kept = items.filter((item) => !shed.has(item));
    for (let at = 0; at < kept.length; at += size) {
      // With nothing left to try with, each further attempt would still cost its sets.
      if (isSpent()) return { shed, complete: false };
      const attempt = new Set([...shed, ...kept.slice(at, at + size)]);
      const fails = stillFails(attempt);
      if (fails === true) shed = attempt;
      else if (fails === undefined && size === 1) complete = false;
    }
  }
  return { shed, complete };
};

/** A core without some operations. It fails only if the whole does, provided that they changed nothing. */
export const without = ({ starts, needed, loose }: Core, shed: ReadonlySet<number>): Core => ({
  starts,
  needed: needed.filter((member) => !shed.has(member)),
  loose: loose.filter((member) => !shed.has(member)),
});

/** A core in which some operations are loose. It fails only if the whole does. */
export const loosen = ({ starts, needed, loose }: Core, some: ReadonlySet<number>): Core => ({
  starts,
  needed: needed.filter((member) => !some.has(member)),
  loose: [...loose, ...some],
});

/** More writes than this are not tried one by one. */
const loosenedMax = 256;

/** How to make a core smaller. */
export interface Reduction {
  /** Operations that stay, whatever happens. */
  readonly kept: ReadonlySet<number>;
  isReadOnly(member: number): boolean;
  /** Whether a core fails, or `undefined` when that is not decided within the budget. */
  fails(core: Core): boolean | undefined;
  /** Whether nothing is left to decide with. */
  isSpent?(): boolean;
}

/** Leaves out reads, then loosens writes, as long as the rest fails. `minimal`: nothing more can be left out. */
export const smallerCore = (
  core: Core,
  { kept, isReadOnly, fails, isSpent }: Reduction,
): { readonly core: Core; readonly minimal: boolean } => {
  const others = core.needed.filter((member) => !kept.has(member));
  const reads = shedWhileFailing(others.filter(isReadOnly), (some) => fails(without(core, some)), isSpent);
  const fewer = without(core, reads.shed);
  const writes = others.filter((member) => !isReadOnly(member));
  if (writes.length > loosenedMax) return { core: fewer, minimal: false };
  const loosened = shedWhileFailing(writes, (some) => fails(loosen(fewer, some)), isSpent);
  return { core: loosen(fewer, loosened.shed), minimal: reads.complete && loosened.complete };
};

/**
 * The core to show: beside what is needed, what the best order uses, so that a read is told with the write it read
 * from. What is shown keeps its place in time; then the best order may use something else, which is shown too.
 * `undefined` when a best order is not found within the budget.
 */
export const shownCore = (
  core: Core,
  bestOf: (core: Core) => Best | undefined,
  keepsTime: (member: number) => boolean,
): { readonly core: Core; readonly best: Best } | undefined => {
  for (let shown = core; ; ) {
    const best = bestOf(shown);
    if (best === undefined) return undefined;
    const loose = new Set(shown.loose);
    const used = new Set(best.order.filter((member) => loose.has(member) && keepsTime(member)));
    if (used.size === 0) return { core: shown, best };
    shown = {
      starts: shown.starts,
      needed: [...shown.needed, ...used],
      loose: shown.loose.filter((member) => !used.has(member)),
    };
  }
};
