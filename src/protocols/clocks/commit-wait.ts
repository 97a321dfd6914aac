import type { Module, Port } from "../../model/index.ts";

/** Transactions that get a timestamp at commit. */
export interface Commits extends Port {
  readonly requests: {
    /** The transaction did its work and takes its timestamp now. */
    readonly commit: (transaction: string) => void;
  };
  readonly indications: {
    /** Whoever hears this may start the next transaction. The timestamp is in milliseconds of the time of day. */
    readonly committed: (transaction: string, timestamp: number) => void;
  };
}

/** The time of day as an interval that contains the true time, if the clock is at most `uncertaintyMs` off. */
export interface TimeInterval {
  readonly earliest: number;
  readonly latest: number;
}

/** How long a commit is kept to itself. */
export interface CommitWaitRules {
  /** Milliseconds from now; 0 or less: it may be made known. */
  waitMs(timestamp: number, now: TimeInterval): number;
}

/** The resolution of a clock, milliseconds: to be past a reading is to be past it by that much. */
const resolutionMs = 0.001;

/** Until the timestamp has passed for certain, on every clock. */
export const commitWaitRules: CommitWaitRules = {
  waitMs: (timestamp, { earliest }) => (earliest > timestamp ? 0 : timestamp - earliest + resolutionMs),
};

/** How uncertain the clock is. */
export interface CommitWaitOptions {
  /** ε: half the width of the interval, milliseconds. */
  readonly uncertaintyMs: number;
  readonly rules?: Partial<CommitWaitRules>;
}

/**
 * Commit timestamps that agree with what people outside could see (EC1): a transaction takes the latest time that it
 * may be and is made known only when that has passed for certain. The wait covers the whole interval, twice ε; half of
 * it is not enough, and neither is an ε that understates how far the clocks are off.
 *
 * Source: Corbett and others 2012, Spanner: Google's Globally-Distributed Database, sections 3 and 4.1.2.
 */
export const commitWait = ({
  uncertaintyMs,
  rules: { waitMs = commitWaitRules.waitMs } = {},
}: CommitWaitOptions): Module<{
  provides: Commits;
  uses: Record<never, never>;
  state: { waiting: Map<string, number> };
  timers: { release: [transaction: string] };
}> => {
  const interval = (wall: number): TimeInterval => ({ earliest: wall - uncertaintyMs, latest: wall + uncertaintyMs });
  return {
    name: "commit wait",
    source: "Corbett and others 2012, 4.1.2",
    init: () => ({ waiting: new Map() }),
    upon: {
      request: {
        commit(s, io, transaction) {
          const now = interval(io.clock("wall"));
          s.waiting.set(transaction, now.latest);
          io.timers.release.set(Math.max(0, waitMs(now.latest, now)), transaction);
        },
      },
      timer: {
        release(s, io, transaction) {
          const timestamp = s.waiting.get(transaction)!;
          // The clock decides, not the timer: it may have been set meanwhile.
          const leftMs = waitMs(timestamp, interval(io.clock("wall")));
          if (leftMs > 0) return io.timers.release.set(leftMs, transaction);
          s.waiting.delete(transaction);
          io.up.committed(transaction, timestamp);
        },
      },
    },
  };
};
