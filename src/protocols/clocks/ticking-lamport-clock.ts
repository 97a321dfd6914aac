import type { LamportStamp } from "./lamport-clock.ts";
import type { ClockHost, EventClock } from "./stamped-links.ts";

/** A counter that runs by itself. */
export interface TickingLamportOptions {
  /** How much the counter of each process grows in one unit of its own clock. */
  readonly ticks: readonly number[];
  readonly unitMs: number;
}

interface Ticking {
  /** The counter at the beginning of `unit`. */
  time: number;
  /** Units of this process's clock until its counter was last set; null before the first reading. */
  unit: number | null;
  last: number;
}

const read = (s: Ticking, host: ClockHost, { ticks, unitMs }: TickingLamportOptions): number => {
  const unit = Math.floor(host.clock("monotonic") / unitMs);
  const passed = unit - (s.unit ?? unit);
  s.time += passed * ticks[host.self]!;
  s.unit = unit;
  return s.time;
};

/**
 * Lamport's rules on clocks that tick by themselves, each at its own rate: a receipt sets a clock forward that is behind
 * the message. Clocks are never set back.
 *
 * Source: Lamport 1978, "Physical Clocks"; van Steen and Tanenbaum, Distributed Systems, 4th edition, figure 5.8.
 */
export const tickingLamportClock = (options: TickingLamportOptions): EventClock<Ticking, LamportStamp> => {
  const stamp = (s: Ticking, { self }: ClockHost, least: number): LamportStamp => {
    s.time = Math.max(s.time, least);
    s.last = s.time;
    return { time: s.time, node: self };
  };
  return {
    name: "ticking Lamport clock",
    source: "Lamport 1978, Physical Clocks",
    init: () => ({ time: 0, unit: null, last: -1 }),
    tick(s, host) {
      read(s, host, options);
      return stamp(s, host, s.last + 1);
    },
    receive(s, theirs, _from, host) {
      read(s, host, options);
      return stamp(s, host, Math.max(s.last, theirs.time) + 1);
    },
  };
};
