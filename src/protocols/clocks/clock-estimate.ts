/** What an exchange of messages says of another clock. Milliseconds, or the unit of the readings. */
export interface ClockEstimate {
  /** θ: by how much the other clock is ahead. */
  readonly offset: number;
  /** δ: how long both messages together were on their way. */
  readonly delay: number;
}

/**
 * NTP: the client sends at `t1` and receives at `t4` by its own clock, the server received at `t2` and answered at `t3`
 * by its. The offset is right if both ways took equally long, and wrong by half of δ at most in any case (NTP1).
 *
 * Source: Mills 1991, Internet Time Synchronization; Kleppmann, Distributed Systems, lecture 3.
 */
export const ntpEstimate = (t1: number, t2: number, t3: number, t4: number): ClockEstimate => {
  const delay = t4 - t1 - (t3 - t2);
  return { offset: t3 + delay / 2 - t4, delay };
};

/**
 * Cristian: the server tells one time only, so its work counts as delay.
 *
 * Source: Cristian 1989, Probabilistic Clock Synchronization.
 */
export const cristianEstimate = (t1: number, _t2: number, t3: number, t4: number): ClockEstimate =>
  ntpEstimate(t1, t3, t3, t4);

/** From this difference on a clock is set, not slewed: milliseconds. */
export const stepThresholdMs = 125;
/** From this difference on a human must look at it: milliseconds. */
export const panicThresholdMs = 1_000_000;

/** What a client does about an estimate: run a little faster or slower, jump, or refuse to do anything. */
export type ClockCorrection = "slew" | "step" | "panic";

/** By the size of the difference. Source: Kleppmann, Distributed Systems, lecture 3; the defaults of ntpd. */
export const correctionOf = (offsetMs: number): ClockCorrection => {
  const distanceMs = Math.abs(offsetMs);
  if (distanceMs < stepThresholdMs) return "slew";
  return distanceMs < panicThresholdMs ? "step" : "panic";
};

/** How much a slewed clock gains or loses: parts per million. */
export const slewPartsPerMillion = 500;

/** Milliseconds that a slew of this difference takes. */
export const slewDurationMs = (offsetMs: number): number => (Math.abs(offsetMs) * 1_000_000) / slewPartsPerMillion;

/** Milliseconds that a clock with this drift is off after so long. 50 parts per million are 4.32 seconds a day. */
export const driftMs = (partsPerMillion: number, elapsedMs: number): number =>
  (elapsedMs * partsPerMillion) / 1_000_000;
