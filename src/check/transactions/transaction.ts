import type { Key } from "../specifications/key-value.ts";

/** What a transaction can write: a scalar, so that it can be found again. Written once to a key, it tells its writer. */
export type TransactionValue = string | number | boolean;

/** An append to, or a read of, a list that only grows. A read without a value is one whose answer nobody saw. */
export type ListAppendOperation =
  | { readonly kind: "append"; readonly key: Key; readonly value: TransactionValue }
  | { readonly kind: "read"; readonly key: Key; readonly value?: readonly TransactionValue[] | null };

/** A write to, or a read of, a register. Null is the value before all writes; without a value nobody saw the answer. */
export type RegisterOperation =
  | { readonly kind: "write"; readonly key: Key; readonly value: TransactionValue }
  | { readonly kind: "read"; readonly key: Key; readonly value?: TransactionValue | null };

/** One transaction as its client saw it. Plain data. */
export interface Transaction<Operation = ListAppendOperation | RegisterOperation> {
  /** The client. Its transactions, one after the other, are a session. */
  readonly process: number;
  /** In the order in which the transaction executed them. */
  readonly operations: readonly Operation[];
  /** When it was called: a time, or a place in the order of events; the same scale for all. */
  readonly invokedAt: number;
  /** When its answer came, on that scale; absent where none came. What returns at the moment of a call overlaps it. */
  readonly returnedAt?: number;
  /** It committed, it certainly did not, or nobody knows: then it may take effect at any later time, or never. */
  readonly status: "ok" | "fail" | "info";
}

/** Transactions on lists that only grow. */
export type ListAppendTransaction = Transaction<ListAppendOperation>;

/** Transactions on registers. */
export type RegisterTransaction = Transaction<RegisterOperation>;
