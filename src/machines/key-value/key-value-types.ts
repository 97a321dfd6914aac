import type { Bytes } from "./bytes.ts";

/** A key with its value and the revisions that it went through. */
export interface KeyValue {
  readonly key: Bytes;
  /** As an array where that was asked for. */
  readonly value: Bytes | Uint8Array;
  /** The revision of the put that created it, after its last deletion. */
  readonly createRevision: number;
  /** The revision of the last put. */
  readonly modRevision: number;
  /** How many puts since it was created: 1 for the first. */
  readonly version: number;
}

/**
 * Keys of an operation: one where `end` is absent or empty, else all from `key` on that are below `end`. An `end` of one
 * zero byte is above all keys.
 */
export interface Keys {
  readonly key: Bytes;
  readonly end?: Bytes;
}

/** What keys can be sorted by. */
export type SortTarget = "key" | "value" | "create" | "mod" | "version";

/** Which keys are read, and what of them. */
export interface RangeRequest extends Keys {
  /** The most keys in the answer; 0 and absent for all. */
  readonly limit?: number;
  readonly countOnly?: boolean;
  readonly keysOnly?: boolean;
  /** Values come as arrays and not as text: whoever takes them apart again saves both ways. */
  readonly asArrays?: boolean;
  /** By key, ascending, when absent. */
  readonly sort?: { readonly by: SortTarget; readonly descending: boolean };
  /** Keys whose last put, or first, was outside these are left out of the entries, not out of the count. */
  readonly modRevisionMin?: number;
  readonly modRevisionMax?: number;
  readonly createRevisionMin?: number;
  readonly createRevisionMax?: number;
}

/** A condition of a transaction. With a range all keys in it must fulfil it. A key that is absent has revisions 0. */
export type KeyValueCompare = Keys & { readonly relation: "=" | "!=" | "<" | ">" } & (
    | { readonly target: "value"; readonly value: Bytes }
    | { readonly target: "create" | "mod" | "version"; readonly value: number }
  );

/** One thing to do. With `previous` the answer holds what was there before. */
export type KeyValueOperation =
  | { readonly kind: "put"; readonly key: Bytes; readonly value: Bytes | Uint8Array; readonly previous?: boolean }
  | ({ readonly kind: "delete"; readonly previous?: boolean } & Keys)
  | ({ readonly kind: "range" } & RangeRequest)
  | KeyValueTransaction;

/** If all conditions hold the operations of `success`, else those of `failure`, at one revision and all or none. */
export interface KeyValueTransaction {
  readonly kind: "transaction";
  readonly compare: readonly KeyValueCompare[];
  readonly success: readonly KeyValueOperation[];
  readonly failure: readonly KeyValueOperation[];
}

/** What an operation gives. */
export type KeyValueResponse =
  | { readonly kind: "put"; readonly previous?: KeyValue | null }
  | { readonly kind: "delete"; readonly deleted: number; readonly previous?: readonly KeyValue[] }
  | RangeResponse
  | { readonly kind: "transaction"; readonly succeeded: boolean; readonly responses: readonly KeyValueResponse[] };

/** Keys that were read. */
export interface RangeResponse {
  readonly kind: "range";
  readonly entries: readonly KeyValue[];
  /** How many keys there are in the range, whatever the limit and the bounds of revisions. */
  readonly count: number;
  /** Whether the limit left some out. */
  readonly more: boolean;
}

/** Why a command or query is refused. It changed nothing. */
export type KeyValueRefusal =
  | "malformed"
  | "empty key"
  | "key too large"
  | "value too large"
  | "too many operations"
  /** A transaction writes a key twice in one branch. */
  | "duplicate key"
  /** The store is full. Deletions still work, and so does every write that makes it no larger. */
  | "no space";

/** The answer to a command. */
export type KeyValueAnswer =
  | { readonly kind: "done"; readonly revision: number; readonly response: KeyValueResponse }
  | { readonly kind: "refused"; readonly why: KeyValueRefusal; readonly revision: number };

/** The answer to a query. */
export type KeyValueResult =
  | { readonly kind: "done"; readonly revision: number; readonly response: RangeResponse }
  | { readonly kind: "refused"; readonly why: KeyValueRefusal; readonly revision: number };

/** How large a store and what is put into it may be. The same at every replica, but for `storeBytesMax`. */
export interface KeyValueLimits {
  readonly keyBytesMax: number;
  readonly valueBytesMax: number;
  /** Operations of one branch of a transaction, and conditions. */
  readonly operationsMax: number;
  /**
   * Bytes of all keys and values, with some for each key. Replicas may be set unlike: a write is judged by what it is at the
   * leader that put it into the log; one of an older version, which says nothing, by what it is here.
   */
  readonly storeBytesMax: number;
  /** Keys of one part of a long answer. */
  readonly partEntriesMax: number;
}

/** Those of etcd, but for a bound of its own on keys, which etcd has only for requests. */
export const keyValueLimits: KeyValueLimits = {
  keyBytesMax: 65_536,
  valueBytesMax: 1_572_864,
  operationsMax: 128,
  storeBytesMax: 2_147_483_648,
  partEntriesMax: 1_000,
};
