import type { NodeId } from "../model/index.ts";

/** The hash of a replica's state right after an index, told to the others. */
export interface HashReport {
  readonly index: number;
  readonly hash: number;
}

/** What a replica knows of its own and the others' states. */
export interface HashReports {
  /** Its own latest hashes by index, ascending. */
  readonly own: Map<number, number>;
  /** What others reported of indexes that it has not reached. */
  readonly ahead: { readonly peer: NodeId; readonly index: number; readonly hash: number }[];
  /** The first index at which another one differed. */
  divergedAt: number | null;
}

/** Two hashes of one index that differ. */
export interface Difference {
  readonly peer: NodeId;
  readonly index: number;
  readonly own: number;
  readonly peers: number;
}

/** Own hashes that are kept: a replica that is further behind is not compared. */
const ownMax = 64;
const aheadMax = 256;

const earliest = 8;

/**
 * Whether states are compared right after this index: early at first, so that a machine that is not deterministic is
 * found before much depends on it, and then once in so many entries.
 */
export const isHashedAt = (index: number, every: number): boolean =>
  index % every === 0 || (index >= earliest && index < every && (index & (index - 1)) === 0);

/** Before anything is known. */
export const noReports = (): HashReports => ({ own: new Map(), ahead: [], divergedAt: null });

const compare = (reports: HashReports, peer: NodeId, index: number, peers: number): Difference | null => {
  const own = reports.own.get(index);
  if (own === undefined || own === peers) return null;
  reports.divergedAt = Math.min(reports.divergedAt ?? index, index);
  return { peer, index, own, peers };
};

/** Takes in this replica's hash at an index; what others reported of it before is compared now. */
export const ownHash = (reports: HashReports, index: number, hash: number): Difference[] => {
  reports.own.set(index, hash);
  if (reports.own.size > ownMax) reports.own.delete(reports.own.keys().next().value!);
  const due = reports.ahead.filter((report) => report.index <= index);
  if (due.length === 0) return [];
  reports.ahead.splice(0, reports.ahead.length, ...reports.ahead.filter((report) => report.index > index));
  return due
    .map((report) => compare(reports, report.peer, report.index, report.hash))
    .filter((found) => found !== null);
};

/** Takes in the report of another replica. */
export const peerHash = (
  reports: HashReports,
  peer: NodeId,
  { index, hash }: HashReport,
  applied: number,
): Difference | null => {
  if (index <= applied) return compare(reports, peer, index, hash);
  reports.ahead.push({ peer, index, hash });
  // Those furthest behind are given up first: they are compared soonest again.
  if (reports.ahead.length > aheadMax) reports.ahead.shift();
  return null;
};
