import type { EventClock } from "./stamped-links.ts";

/** A hybrid timestamp: the largest time of day that is known, and a counter for events that share it. */
export interface HybridStamp {
  /** Milliseconds. */
  readonly time: number;
  readonly counter: number;
}

/** The rule that makes it logical. */
export interface HybridRules {
  /** The time of a receipt from the own time, the message's and the time of day. */
  latest(own: number, theirs: number, wall: number): number;
}

/** Nothing that is known is in the future. */
export const hybridRules: HybridRules = { latest: (own, theirs, wall) => Math.max(own, theirs, wall) };

/**
 * The hybrid logical clock: a → b implies HLC(a) < HLC(b) (HLC1), and the time in it is at most as far from the time of
 * day as two clocks are from each other (HLC2). So it reads like a clock and orders like Lamport's.
 *
 * Source: Kulkarni, Demirbas, Madappa, Avva, Leone 2014, Logical Physical Clocks, figure 5.
 */
export const hybridClock = ({
  rules: changed = {},
}: {
  readonly rules?: Partial<HybridRules>;
} = {}): EventClock<{ time: number; counter: number }, HybridStamp> => {
  const rules: HybridRules = { ...hybridRules, ...changed };
  return {
    name: "hybrid logical clock",
    source: "Kulkarni, Demirbas, Madappa, Avva, Leone 2014, figure 5",
    init: () => ({ time: 0, counter: 0 }),
    tick(s, { clock }) {
      const before = s.time;
      s.time = Math.max(before, Math.floor(clock("wall")));
      s.counter = s.time === before ? s.counter + 1 : 0;
      return { time: s.time, counter: s.counter };
    },
    receive(s, theirs, _from, { clock }) {
      const before = s.time;
      s.time = rules.latest(before, theirs.time, Math.floor(clock("wall")));
      if (s.time === before && s.time === theirs.time) s.counter = Math.max(s.counter, theirs.counter) + 1;
      else if (s.time === before) s.counter++;
      else if (s.time === theirs.time) s.counter = theirs.counter + 1;
      else s.counter = 0;
      return { time: s.time, counter: s.counter };
    },
  };
};

/** By time, then by counter. */
export const compareHybrid = (a: HybridStamp, b: HybridStamp): number => a.time - b.time || a.counter - b.counter;
