import type { NodeId, Port } from "../../../model/index.ts";

/** The number of an attempt to have a value chosen. Ballots are ordered, and no two proposers share one. */
export type Ballot = number & { readonly brand?: "Ballot" };

/** Below every ballot: what an acceptor has promised that was never asked. */
export const noBallot: Ballot = -1;

/** A value with the ballot in which an acceptor was asked to accept it. */
export interface Vote<V> {
  readonly ballot: Ballot;
  readonly value: V;
}

/**
 * All acceptors as a proposer and a learner see them: what is requested goes to every acceptor, what is indicated comes
 * from one of them. `refuse` carries the higher ballot that the acceptor has promised. `announce` tells every process what
 * was chosen.
 */
export interface Acceptors<V> extends Port {
  readonly requests: {
    readonly prepare: (ballot: Ballot) => void;
    readonly accept: (vote: Vote<V>) => void;
    readonly announce: (chosen: V) => void;
  };
  readonly indications: {
    readonly promise: (acceptor: NodeId, ballot: Ballot, accepted: Vote<V> | null) => void;
    readonly accepted: (acceptor: NodeId, vote: Vote<V>) => void;
    readonly chosen: (value: V) => void;
    readonly refuse: (acceptor: NodeId, ballot: Ballot, promised: Ballot) => void;
  };
}
