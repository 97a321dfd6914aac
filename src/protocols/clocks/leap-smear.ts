/** A positive leap second, and the time around it over which it is spread. Milliseconds since the epoch. */
export interface LeapSecond {
  /** When the day ends that has one second more. */
  readonly at: number;
  /** How long the smear lasts; it ends at the leap second. */
  readonly smearMs: number;
}

/** Milliseconds of a leap second. */
export const leapSecondMs = 1_000;

/** What an unsmeared clock shows: the last second of the day twice. `elapsed` is time that really passed, on the same scale. */
export const leapingTime = (elapsed: number, { at }: LeapSecond): number =>
  elapsed < at ? elapsed : elapsed - leapSecondMs;

/**
 * What a smeared clock shows: it runs slower during the window, so that no second comes twice and no elapsed time is
 * negative; a duration that is measured on it is short by at most the share of the leap second in the window.
 *
 * Source: Kleppmann, Distributed Systems, lecture 3; Pascoe 2011, Time, technology and leaping seconds.
 */
export const smearedTime = (elapsed: number, { at, smearMs }: LeapSecond): number => {
  const into = elapsed - (at - smearMs);
  if (into <= 0) return elapsed;
  return into >= smearMs ? elapsed - leapSecondMs : elapsed - (leapSecondMs * into) / smearMs;
};
