import type { ClockKind, Module, Port } from "../../model/index.ts";

/** Measures how long something takes. */
export interface Stopwatch extends Port {
  readonly requests: {
    /** Something begins that takes this process so many milliseconds. */
    readonly measure: (name: string, milliseconds: number) => void;
  };
  readonly indications: {
    /** How long it took by the clock: not the truth where the clock was set meanwhile. */
    readonly elapsed: (name: string, milliseconds: number) => void;
  };
}

/**
 * Measures with a clock of choice. On the monotonic one the elapsed time is what passed here; on the time of day it is
 * that plus whatever the clock was set by meanwhile: NTP steps it, a leap second shows one second twice.
 *
 * Source: Kleppmann, Distributed Systems, lecture 3.
 */
export const stopwatch = ({
  clock,
}: {
  readonly clock: ClockKind;
}): Module<{
  provides: Stopwatch;
  uses: Record<never, never>;
  state: { started: Map<string, number> };
  timers: { done: [name: string] };
}> => ({
  name: "stopwatch",
  source: "Kleppmann, Distributed Systems, lecture 3",
  init: () => ({ started: new Map() }),
  upon: {
    request: {
      measure(s, io, name, milliseconds) {
        s.started.set(name, io.clock(clock));
        io.timers.done.set(milliseconds, name);
      },
    },
    timer: {
      done(s, io, name) {
        const started = s.started.get(name)!;
        s.started.delete(name);
        io.up.elapsed(name, io.clock(clock) - started);
      },
    },
  },
});
