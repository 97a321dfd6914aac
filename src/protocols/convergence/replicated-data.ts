import type { Port } from "../../model/index.ts";
import type { Dot, Seen } from "./seen.ts";

/**
 * A replica of shared data that answers at once, whatever the network does, and agrees with the others later: replicas
 * that have seen the same updates show the same value (SEC1), and what one shows all come to show (SEC2).
 *
 * Source: Shapiro, Preguiça, Baquero, Zawirski 2011, Conflict-free Replicated Data Types: strong eventual consistency.
 */
export interface ReplicatedData<Update, Value> extends Port {
  readonly requests: {
    /** Takes effect here at once, at the other replicas later. */
    readonly update: (update: Update) => void;
  };
  readonly indications: {
    /** What the replica shows now, and the updates that it has seen. */
    readonly changed: (value: Value, seen: Seen) => void;
  };
}

/**
 * A data type whose replicas exchange whole states: states with `merge` are a join semilattice (idempotent, commutative,
 * associative), and `update` only goes up in it. Then lost, repeated and reordered states do no harm. All functions are
 * pure. Shapiro et al. 2011, section 2.1 (CvRDT).
 */
export interface StateBasedType<State, Update, Value> {
  readonly name: string;
  readonly initial: State;
  /** `dot` is the name of this update, unique among all replicas. */
  readonly update: (state: State, update: Update, dot: Dot) => State;
  /** The least upper bound: what has seen all that either side has, and no more. */
  readonly merge: (local: State, remote: State) => State;
  /** What a reader is shown. */
  readonly value: (state: State) => Value;
  /** Forgets what is kept only for replicas that have not seen some update; `mayForget` says which all have seen. */
  readonly collect?: (state: State, mayForget: (dot: Dot) => boolean) => State;
}

/**
 * A data type whose replicas exchange operations: `prepare` runs at the replica of the update, `apply` at all. Concurrent
 * operations commute; those that are not must come in causal order, and each exactly once. All functions are pure.
 * Shapiro et al. 2011, section 2.2 (CmRDT).
 */
export interface OperationBasedType<State, Update, Operation, Value> {
  readonly name: string;
  readonly initial: State;
  /** What all replicas will be told of an update, from what its own replica shows. Changes nothing. */
  readonly prepare: (state: State, update: Update, dot: Dot) => Operation;
  /** The effect of an operation, here and at the others. */
  readonly apply: (state: State, operation: Operation) => State;
  /** What a reader is shown. */
  readonly value: (state: State) => Value;
}
