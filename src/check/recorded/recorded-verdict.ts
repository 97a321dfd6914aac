import type { Outcome } from "../verdict.ts";
import type { RecordedHistory, RecordedOperation } from "./recorded-history.ts";

/** An operation as it is told: plain data. */
export interface ToldOperation {
  readonly process: number;
  /** What was called and what came back. */
  readonly text: string;
  readonly key?: string | number;
  /** In milliseconds, or positions in the history where it has no times. */
  readonly invokedAt: number;
  /** Absent where nothing came back, or where it is not known whether it took effect. */
  readonly returnedAt?: number;
  /** Positions in the history: they order calls and returns. */
  readonly invokeEvent: number;
  readonly returnEvent?: number;
  /** Lines of the text. */
  readonly line: number;
  readonly returnLine?: number;
}

/** A moment of a transaction under snapshot isolation: it takes its snapshot, or its writes take effect. */
export interface ToldMoment {
  readonly moment: "snapshot" | "commit";
  readonly operation: ToldOperation;
}

/** Why one transaction comes before another. */
export interface ToldDependency {
  /** Places among the operations of the culprit. */
  readonly from: number;
  readonly to: number;
  readonly dependency: "ww" | "wr" | "rw" | "process" | "realtime";
  readonly sentence: string;
}

/** Why a history is not what it was held to be. */
export interface ToldCulprit {
  readonly sentence: string;
  readonly key?: string | number;
  /** In the order of invocation. */
  readonly operations: readonly ToldOperation[];
  /** Whether none of them can be left out. */
  readonly minimal?: boolean;
  /** The states that what came before can have led to. */
  readonly before?: readonly string[];
  /** Where the answer that finds no place stands among `operations`. */
  readonly misfit?: number;
  /** The order that goes furthest, as places among `operations`, and the state after each. */
  readonly best?: readonly { readonly operation: number; readonly state: string }[];
  /** Of transactions: the name of the anomaly, and of a cycle its steps. */
  readonly anomaly?: string;
  readonly steps?: readonly ToldDependency[];
}

/** How one process can have seen a history. */
export interface ToldView {
  readonly process: number;
  /** All writes and its own reads, in an order that explains these. */
  readonly order: readonly ToldOperation[];
}

/** The verdict on a recorded history. */
export interface RecordedVerdict {
  readonly verdict: Outcome;
  /** Of unknown: why. */
  readonly reason?: string;
  /** An order in which the operations can have taken effect. */
  readonly witness?: readonly ToldOperation[];
  /** Where processes may see unlike orders: one that each of them can have seen. */
  readonly views?: readonly ToldView[];
  /** Of transactions for which snapshot isolation holds, and no serial order is known: their snapshots and commits. */
  readonly schedule?: readonly ToldMoment[];
  readonly culprit?: ToldCulprit;
  /** Of transactions: each kind of anomaly that was found, forbidden or not, in a sentence. */
  readonly anomalies?: readonly { readonly kind: string; readonly sentence: string }[];
}

/** An operation by what was recorded of it. */
export const toldOperation = (
  { source }: RecordedHistory,
  record: RecordedOperation,
  text: string,
  key?: string | number,
): ToldOperation => {
  const { process, invokedAt, invokeEvent, returnedAt, returnEvent, invokeOffset, returnOffset } = record;
  return {
    process,
    text,
    ...(key === undefined ? {} : { key }),
    invokedAt,
    ...(returnedAt === undefined ? {} : { returnedAt }),
    invokeEvent,
    ...(returnEvent === undefined ? {} : { returnEvent }),
    line: source.position(invokeOffset).line,
    ...(returnOffset === undefined ? {} : { returnLine: source.position(returnOffset).line }),
  };
};
