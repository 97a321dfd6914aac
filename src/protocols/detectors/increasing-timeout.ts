import type { Links, Module } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { EventuallyPerfectFailureDetector, Heartbeat } from "./failure-detector.ts";

/** The rule of the detector that a mutant may change. */
export interface IncreasingTimeoutRules {
  /** The timeout, in milliseconds, after a suspicion had to be taken back. */
  readonly raised: (delayMs: number, stepMs: number) => number;
}

/** The rule as the book has it: a delay that grows for ever passes every bound, also one that nobody knows. */
export const increasingTimeoutRules: IncreasingTimeoutRules = { raised: (delayMs, stepMs) => delayMs + stepMs };

/** How a detector with a growing timeout is set up. */
export interface IncreasingTimeoutOptions {
  /** The first timeout, and by how much each mistake raises it, in milliseconds. */
  readonly stepMs?: number;
  readonly rules?: Partial<IncreasingTimeoutRules>;
}

/**
 * An eventually perfect failure detector for partially synchronous systems: who is silent for a round is suspected; who
 * is heard of again is restored, and the timeout grows, so that mistakes end once it is past the true bound. It never
 * shrinks: one bad hour makes the detector slow for good (a known cost of this algorithm, not of ◇P).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 2.7, "Increasing Timeout".
 */
export const increasingTimeout = ({
  stepMs = 50,
  rules,
}: IncreasingTimeoutOptions = {}): Module<{
  provides: EventuallyPerfectFailureDetector;
  uses: { links: Links<Heartbeat> };
  state: { alive: boolean[]; suspected: boolean[]; delayMs: number };
  timers: { timeout: [] };
}> => {
  const { raised } = { ...increasingTimeoutRules, ...rules };
  return {
    name: "eventually perfect failure detector",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 2.7",
    init: ({ nodes }) => ({
      alive: perNode(nodes, () => true),
      suspected: perNode(nodes, () => false),
      delayMs: stepMs,
    }),
    start(s, io) {
      io.timers.timeout.set(s.delayMs);
    },
    joined(s, io) {
      for (const node of io.nodes) if (s.suspected[node]) io.up.suspect(node);
    },
    upon: {
      request: {},
      links: {
        deliver(s, io, from, heartbeat) {
          if (heartbeat === "request") io.links.send(from, "reply");
          else s.alive[from] = true;
        },
      },
      timer: {
        timeout(s, io) {
          if (io.nodes.some((node) => s.alive[node] && s.suspected[node])) s.delayMs = raised(s.delayMs, stepMs);
          for (const node of io.nodes) {
            if (!s.alive[node] && !s.suspected[node]) io.up.suspect(node);
            else if (s.alive[node] && s.suspected[node]) io.up.restore(node);
            s.suspected[node] = !s.alive[node];
            s.alive[node] = false;
            io.links.send(node, "request");
          }
          io.timers.timeout.set(s.delayMs);
        },
      },
    },
  };
};
