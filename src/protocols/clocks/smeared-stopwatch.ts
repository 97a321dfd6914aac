import type { Module } from "../../model/index.ts";
import { type LeapSecond, smearedTime } from "./leap-smear.ts";
import type { Stopwatch } from "./stopwatch.ts";

/**
 * Measures with a time of day that was told of a leap second beforehand and spreads it around: from the reading at its
 * start it goes on by the monotonic clock, slower in the window of the smear, and shows no second twice. What it
 * measures there is short by the share of the leap second in the window.
 *
 * Source: Kleppmann, Distributed Systems, lecture 3; Pascoe 2011, Time, technology and leaping seconds.
 */
export const smearedStopwatch = (
  leap: LeapSecond,
): Module<{
  provides: Stopwatch;
  uses: Record<never, never>;
  state: { bootedAt: number; started: Map<string, number> };
  timers: { done: [name: string] };
}> => ({
  name: "smeared stopwatch",
  source: "Kleppmann, Distributed Systems, lecture 3",
  init: () => ({ bootedAt: 0, started: new Map() }),
  start(s, io) {
    s.bootedAt = io.clock("wall") - io.clock("monotonic");
  },
  upon: {
    request: {
      measure(s, io, name, milliseconds) {
        s.started.set(name, smearedTime(s.bootedAt + io.clock("monotonic"), leap));
        io.timers.done.set(milliseconds, name);
      },
    },
    timer: {
      done(s, io, name) {
        const started = s.started.get(name)!;
        s.started.delete(name);
        io.up.elapsed(name, smearedTime(s.bootedAt + io.clock("monotonic"), leap) - started);
      },
    },
  },
});
