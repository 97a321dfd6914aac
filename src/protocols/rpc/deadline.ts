import type { ClockKind } from "../../model/index.ts";

type Clock = (which: ClockKind) => number;

/** How the time that a call has left crosses the network. All numbers are milliseconds. */
export interface DeadlineRules {
  /** What the caller writes into the request. */
  stampOf(clock: Clock, remainingMs: number): number;
  /** What the server makes of it at arrival: a reading of one of its own clocks. */
  expiryOf(clock: Clock, stamp: number): number;
  /** Whether nobody waits for the answer any more: the server does not execute. */
  hasExpired(clock: Clock, expiry: number): boolean;
}

/**
 * As remaining time: the server counts it down on its own monotonic clock, so no two clocks are ever compared. The time
 * on the way is not counted; a request is executed at most that much too late.
 */
export const remainingTime: DeadlineRules = {
  stampOf: (_clock, remainingMs) => remainingMs,
  expiryOf: (clock, stamp) => clock("monotonic") + stamp,
  hasExpired: (clock, expiry) => clock("monotonic") > expiry,
};

/**
 * As a time of day: counts the time on the way as well, and is wrong by whatever the two wall clocks differ. A server
 * whose clock is an hour behind executes for an hour what nobody waits for.
 */
export const timeOfDay: DeadlineRules = {
  stampOf: (clock, remainingMs) => clock("wall") + remainingMs,
  expiryOf: (_clock, stamp) => stamp,
  hasExpired: (clock, expiry) => clock("wall") > expiry,
};
