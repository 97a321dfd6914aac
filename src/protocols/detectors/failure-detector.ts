import type { NodeId, Port } from "../../model/index.ts";

/**
 * A perfect failure detector, P: says once and for all who has crashed (PFD1 strong completeness, PFD2 strong accuracy).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, module 2.6; Chandra, Toueg 1996.
 */
export interface PerfectFailureDetector extends Port {
  readonly requests: Record<never, never>;
  readonly indications: {
    /** Final, and never said of a process that lives (PFD2). */
    readonly crash: (node: NodeId) => void;
  };
}

/**
 * An eventually perfect failure detector, ◇P: suspects, takes it back, and is right from some time on (EPFD1 strong
 * completeness, EPFD2 eventual strong accuracy).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, module 2.8; Chandra, Toueg 1996.
 */
export interface EventuallyPerfectFailureDetector extends Port {
  readonly requests: Record<never, never>;
  readonly indications: {
    /** It seems to have crashed; it may only be slow. */
    readonly suspect: (node: NodeId) => void;
    /** The suspicion was wrong. */
    readonly restore: (node: NodeId) => void;
  };
}

/** What the detectors of this family say to each other: are you there? I am. */
export type Heartbeat = "request" | "reply";
