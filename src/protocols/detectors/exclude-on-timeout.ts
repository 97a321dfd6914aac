import type { Links, Module } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { Heartbeat, PerfectFailureDetector } from "./failure-detector.ts";

/** The rule of the detector that a mutant may change. */
export interface ExcludeOnTimeoutRules {
  /** Whether a process is taken for crashed, by whether it was heard of since the timeout before. */
  readonly accuses: (heardOf: boolean) => boolean;
}

/** The rule as the book has it. */
export const excludeOnTimeoutRules: ExcludeOnTimeoutRules = { accuses: (heardOf) => !heardOf };

/** How a detector with a fixed timeout is set up. */
export interface ExcludeOnTimeoutOptions {
  /** Milliseconds between two rounds: more than a message there and its answer back may take. */
  readonly timeoutMs?: number;
  readonly rules?: Partial<ExcludeOnTimeoutRules>;
}

/**
 * A perfect failure detector where time is bounded: who does not answer within a round trip has crashed. An accusation
 * is never taken back, so that one slow message is enough to make it wrong for ever: outside synchronous systems it
 * is only complete, and one process that was stalled accuses all others when it wakes up.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 2.5, "Exclude on Timeout".
 */
export const excludeOnTimeout = ({
  timeoutMs = 25,
  rules,
}: ExcludeOnTimeoutOptions = {}): Module<{
  provides: PerfectFailureDetector;
  uses: { links: Links<Heartbeat> };
  state: { alive: boolean[]; detected: boolean[] };
  timers: { timeout: [] };
}> => {
  const { accuses } = { ...excludeOnTimeoutRules, ...rules };
  return {
    name: "perfect failure detector",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 2.5",
    init: ({ nodes }) => ({ alive: perNode(nodes, () => true), detected: perNode(nodes, () => false) }),
    start(_s, io) {
      io.timers.timeout.set(timeoutMs);
    },
    joined(s, io) {
      for (const node of io.nodes) if (s.detected[node]) io.up.crash(node);
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
          for (const node of io.nodes) {
            if (!s.detected[node] && accuses(s.alive[node]!)) {
              s.detected[node] = true;
              io.up.crash(node);
            }
            s.alive[node] = false;
            io.links.send(node, "request");
          }
          io.timers.timeout.set(timeoutMs);
        },
      },
    },
  };
};
