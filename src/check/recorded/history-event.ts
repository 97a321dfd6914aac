/**
 * What one line of a recorded history says. A completion is `ok` (it happened, with this value), `fail` (it did not
 * happen), `info` (nobody knows), `refused` (it happened and answered no, as a compare-and-set does) or `unseen` (it
 * happened, the answer was lost).
 */
export interface HistoryEvent {
  /** The client, undefined where it is none: what a fault injector says of itself is passed over. */
  readonly process: number;
  readonly type: "invoke" | "ok" | "fail" | "info" | "refused" | "unseen";
  /** What was called; undefined where the history does not name it, as some with transactions only. */
  readonly name: string | undefined;
  /** The key, where it stands apart from the value. */
  readonly key: unknown;
  readonly value: unknown;
  /** In milliseconds; undefined where the history has no times. */
  readonly atMs: number | undefined;
  /** Where it stands in the text. */
  readonly offset: number;
}

/** The formats that are read. */
export type HistoryFormat = "porcupine-etcd" | "porcupine-kv" | "jepsen" | "elle-json" | "jsonl";

/** The names of the formats. */
export const historyFormats: readonly HistoryFormat[] = [
  "porcupine-etcd",
  "porcupine-kv",
  "jepsen",
  "elle-json",
  "jsonl",
];
