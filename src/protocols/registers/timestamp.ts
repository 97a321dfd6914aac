import type { NodeId } from "../../model/index.ts";

/** When a value was written: a counter, and who wrote it. Counters alone are not unique where several processes write. */
export interface Timestamp {
  readonly counter: number;
  readonly writer: NodeId;
}

/** A value with the timestamp of its write. */
export interface Versioned<V> {
  readonly timestamp: Timestamp;
  readonly value: V | null;
}

/** What a register holds that was never written: older than every write. */
export const unwritten: { readonly timestamp: Timestamp; readonly value: null } = {
  timestamp: { counter: 0, writer: 0 },
  value: null,
};

/** Counters first, writers break ties: a total order on the writes of all processes. */
export const isLater = (a: Timestamp, b: Timestamp): boolean =>
  a.counter > b.counter || (a.counter === b.counter && a.writer > b.writer);

/** Whether two timestamps are those of one write. */
export const isSameTimestamp = (a: Timestamp, b: Timestamp): boolean =>
  a.counter === b.counter && a.writer === b.writer;

/** The latest of some versions, of which there is one at least. */
export const latestOf = <V>(versions: readonly Versioned<V>[], isLaterThan: typeof isLater = isLater): Versioned<V> =>
  versions.reduce((a, b) => (isLaterThan(b.timestamp, a.timestamp) ? b : a));
