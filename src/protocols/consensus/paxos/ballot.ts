/** The number of an attempt to have a value chosen. Ballots are ordered, and no two proposers share one. */
export type Ballot = number & { readonly brand?: "Ballot" };

/** Below every ballot: what an acceptor has promised that was never asked. */
export const noBallot: Ballot = -1;

/** A value with the ballot in which an acceptor was asked to accept it. */
export interface Vote<V> {
  readonly ballot: Ballot;
  readonly value: V;
}
