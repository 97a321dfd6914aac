/** General 0 has decided on the attack and must bring general 1 to it; general 1 has no order of its own. */
export type General = 0 | 1;

/**
 * A finite protocol for two generals, as its author writes it: pure functions over plain data, nothing changed in place.
 * In every round each general may send one messenger to the other; who arrives, arrives in that round; after the last
 * round, the agreed time, each attacks or does not. That is more than any real protocol may count on, so what is
 * impossible here is impossible.
 *
 * Source: Akkoyunlu, Ekanadham, Huber 1975, Some Constraints and Tradeoffs in the Design of Network Communications;
 * Gray 1978, Notes on Data Base Operating Systems, section 5.8.3.3.1.
 */
export interface FiniteProtocol<S, M> {
  readonly name: string;
  /** Rounds until the agreed time. */
  readonly rounds: number;
  /** What a general knows at first: which of the two he is, and so whether he has the order. */
  init(general: General): S;
  /** What the messenger of this round carries; null when none is sent. */
  send(state: S, round: number): M | null;
  /** The state after this round; the message is null when no messenger came. */
  receive(state: S, round: number, message: M | null): S;
  /** Whether he attacks when the agreed time has come. */
  attacks(state: S): boolean;
}

/** Any finite protocol, whatever its states and messages are. */
export interface AnyFiniteProtocol {
  readonly name: string;
  readonly rounds: number;
  /** What a general knows at first. */
  init(general: General): unknown;
  /** What his messenger of this round carries; null for none. */
  send(state: never, round: number): unknown;
  /** His state after this round. */
  receive(state: never, round: number, message: never): unknown;
  /** Whether he attacks when the agreed time has come. */
  attacks(state: never): boolean;
}
