/**
 * The service's time as a leader counts it. It goes on from the last time in the log, by the leader's monotonic clock;
 * nobody's time of day is asked.
 */
export interface ServiceClock {
  /** The last time that was given to an entry, or seen in one. */
  timeMs: number;
  /** The reading of the monotonic clock that belongs to it. */
  readingMs: number;
}

/**
 * The time for the next entry. A step longer than `stepMsMax` counts as that long: while a leader was paused, or nobody
 * led, clients could not be heard, and their sessions must not run out for it.
 *
 * Source: the cluster clock of LogCabin; Ongaro 2014, Consensus: Bridging Theory and Practice, section 6.3.
 */
export const serviceTime = (clock: ServiceClock, readingMs: number, stepMsMax: number): number => {
  // Whole milliseconds: an entry has no use for more.
  const passedMs = Math.max(0, Math.floor(readingMs - clock.readingMs));
  clock.readingMs += passedMs;
  clock.timeMs += Math.min(passedMs, stepMsMax);
  return clock.timeMs;
};
