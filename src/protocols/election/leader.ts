import type { NodeId, Port } from "../../model/index.ts";

/**
 * Leader election: says who leads; a new leader is named only after the one before it has crashed (LE1, LE2).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, module 2.7.
 */
export interface LeaderElection extends Port {
  readonly requests: Record<never, never>;
  readonly indications: {
    /** It leads until it crashes. */
    readonly leader: (node: NodeId) => void;
  };
}

/**
 * An eventual leader detector, Ω: from some time on all correct processes trust the same correct one (ELD1, ELD2).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, module 2.9; Chandra, Hadzilacos, Toueg 1996.
 */
export interface EventualLeaderDetector extends Port {
  readonly requests: Record<never, never>;
  readonly indications: {
    /** In place of whoever was trusted before. Others may trust another one meanwhile. */
    readonly trust: (node: NodeId) => void;
  };
}
