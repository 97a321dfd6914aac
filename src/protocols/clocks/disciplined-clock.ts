import type { IO, Links, Module, NodeId, Port } from "../../model/index.ts";
import { type ClockCorrection, correctionOf, ntpEstimate, slewPartsPerMillion } from "./clock-estimate.ts";
import type { TimeMessage } from "./time-server.ts";

/** A time of day that follows a server's, and timings on it. Milliseconds. */
export interface DisciplinedTime extends Port {
  readonly requests: {
    /** Asks for the time that the disciplined clock shows now. */
    readonly read: () => void;
    /** Waits so long on the monotonic clock, and times it on the disciplined one. */
    readonly measure: (name: string, milliseconds: number) => void;
  };
  readonly indications: {
    /** What the clock shows, in milliseconds, and whether it is being slewed towards its server. */
    readonly time: (reading: number, isSlewing: boolean) => void;
    /** A measurement is over: milliseconds by the disciplined clock, and by the monotonic one. */
    readonly elapsed: (name: string, milliseconds: number, byMonotonicClock: number) => void;
    /** A small difference is being worked off, without a jump. */
    readonly slewing: (byMs: number) => void;
    /** It now shows `reading`; the exchange had the delay δ, and took so long in all. */
    readonly stepped: (byMs: number, reading: number, delayMs: number, tookMs: number) => void;
    /** The server is so far ahead that somebody must look at it. The clock is not corrected any more. */
    readonly panicked: (byMs: number) => void;
  };
}

/** The rules of a disciplined clock. */
export interface DisciplineRules {
  /** What to do about an estimated offset: slew, step or panic. */
  readonly correctionOf: (offsetMs: number) => ClockCorrection;
  /**
   * Whether an exchange may be used in which so much passed by the one clock and by the other. If the time of day is set
   * by hand between question and answer, t1 and t4 are times of two unlike clocks, and the estimate is off by half of
   * what it was set by.
   */
  readonly isUndisturbed: (wallMs: number, monotonicMs: number) => boolean;
}

/** The rules of the correct clock. */
export const disciplineRules: DisciplineRules = {
  correctionOf,
  isUndisturbed: (wallMs, monotonicMs) => Math.abs(wallMs - monotonicMs) < 0.5,
};

/** Whom to ask, and how often. */
export interface DisciplineOptions {
  readonly server: NodeId;
  /** Milliseconds from one question to the next. NTP asks every 64 to 1,024 s. */
  readonly pollMs?: number;
  /** Questions after a boot. */
  readonly pollsMax?: number;
  readonly rules?: Partial<DisciplineRules>;
}

interface DisciplineState {
  /** On top of the time of day, milliseconds. */
  correction: number;
  /** What is still to be gained (lost, where negative) by slewing. */
  slewLeft: number;
  /** Up to when slewing is counted in, by the monotonic clock. */
  slewedUntil: number;
  asked: { readonly wall: number; readonly monotonic: number } | null;
  polls: number;
  readonly started: Map<string, { readonly reading: number; readonly monotonic: number }>;
}

type DisciplineSpec = {
  provides: DisciplinedTime;
  uses: { links: Links<TimeMessage> };
  state: DisciplineState;
  timers: { poll: []; done: [name: string] };
};

type Io = IO<DisciplineSpec>;

/** Counts in what slewing has gained since it was last counted: 500 millionths of what passed, and no more than is left. */
const slew = (s: DisciplineState, io: Io): void => {
  const now = io.clock("monotonic");
  const mostMs = ((now - s.slewedUntil) * slewPartsPerMillion) / 1_000_000;
  const byMs = Math.max(-mostMs, Math.min(mostMs, s.slewLeft));
  s.correction += byMs;
  s.slewLeft -= byMs;
  s.slewedUntil = now;
};

const readingOf = (s: DisciplineState, io: Io): number => {
  slew(s, io);
  return io.clock("wall") + s.correction;
};

/**
 * A clock that is disciplined by a server: the time of day of this process, plus a correction. A small difference is
 * slewed away, the clock running up to 500 millionths faster or slower, so that it never goes back; a large one is set
 * at once, and whoever is just timing something on it measures the step too; from 1,000 s on it gives up and says so,
 * for then it is more likely that something is wrong than that the clock is.
 *
 * Source: Mills 1991, Internet Time Synchronization; Kleppmann, Distributed Systems, lecture 3; the defaults of ntpd.
 */
export const disciplinedClock = ({
  server,
  pollMs = 64_000,
  pollsMax = 1_000,
  rules = {},
}: DisciplineOptions): Module<DisciplineSpec> => {
  const { correctionOf: judge, isUndisturbed } = { ...disciplineRules, ...rules };

  const correct = (s: DisciplineState, io: Io, offsetMs: number, delayMs: number, tookMs: number): void => {
    switch (judge(offsetMs)) {
      case "slew":
        s.slewLeft = offsetMs;
        return io.up.slewing(offsetMs);
      case "step":
        s.slewLeft = 0;
        s.correction += offsetMs;
        return io.up.stepped(offsetMs, readingOf(s, io), delayMs, tookMs);
      case "panic":
        s.slewLeft = 0;
        io.timers.poll.cancel();
        return io.up.panicked(offsetMs);
    }
  };

  return {
    name: "disciplined clock",
    source: "Mills 1991; Kleppmann, Distributed Systems, lecture 3",
    init: () => ({ correction: 0, slewLeft: 0, slewedUntil: 0, asked: null, polls: 0, started: new Map() }),
    start(s, io) {
      s.slewedUntil = io.clock("monotonic");
      io.timers.poll.set({ from: 0, to: pollMs });
    },
    upon: {
      request: {
        read(s, io) {
          const reading = readingOf(s, io);
          io.up.time(reading, s.slewLeft !== 0);
        },
        measure(s, io, name, milliseconds) {
          s.started.set(name, { reading: readingOf(s, io), monotonic: io.clock("monotonic") });
          io.timers.done.set(milliseconds, name);
        },
      },
      links: {
        deliver(s, io, from, message) {
          if (message.kind !== "tell" || from !== server) return io.note("not for a client");
          const { asked } = s;
          if (asked === null || asked.wall !== message.t1) return io.note("the answer to an older question");
          s.asked = null;
          const wall = io.clock("wall");
          const tookMs = io.clock("monotonic") - asked.monotonic;
          if (!isUndisturbed(wall - asked.wall, tookMs)) return io.note("the clock was set meanwhile");
          slew(s, io);
          // The times are those of the clock as it is, uncorrected: slewing between t1 and t4 does not matter.
          const { offset, delay } = ntpEstimate(message.t1, message.t2, message.t3, wall);
          correct(s, io, offset - s.correction, delay, tookMs);
        },
      },
      timer: {
        poll(s, io) {
          s.asked = { wall: io.clock("wall"), monotonic: io.clock("monotonic") };
          io.links.send(server, { kind: "ask", t1: s.asked.wall });
          s.polls++;
          if (s.polls < pollsMax) io.timers.poll.set(pollMs);
        },
        done(s, io, name) {
          const { reading, monotonic } = s.started.get(name)!;
          s.started.delete(name);
          io.up.elapsed(name, readingOf(s, io) - reading, io.clock("monotonic") - monotonic);
        },
      },
    },
  };
};
