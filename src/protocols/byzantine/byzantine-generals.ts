import type { NodeId, Port } from "../../model/index.ts";

/**
 * Interactive consistency: the commander gives an order, every loyal lieutenant obeys one. All obey the same (IC1), and
 * if the commander is loyal it is the one that it gave (IC2).
 *
 * Source: Lamport, Shostak, Pease 1982, The Byzantine Generals Problem, section 1.
 */
export interface ByzantineGenerals<V> extends Port {
  readonly requests: {
    /** For the commander only. A traitor gives different orders to different lieutenants. */
    readonly order: (value: V) => void;
  };
  readonly indications: {
    /** What a lieutenant carries out after the last round; the fallback where no order stands out. */
    readonly obey: (value: V) => void;
  };
}

/** How a council of generals is set up: all of them know this. */
export interface Council<V> {
  readonly commander: NodeId;
  /** How often an order is passed on: as many as there may be traitors. */
  readonly m: number;
  /** Milliseconds of a round: longer than any message travels, or a late message counts as never sent. */
  readonly roundMs: number;
  /** What to obey when there is no order, or none that stands out. */
  readonly fallback: V;
}
