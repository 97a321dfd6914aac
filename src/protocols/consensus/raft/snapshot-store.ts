import { hashPlain, hashWord } from "../../../model/index.ts";
import { forgetBefore, termAt } from "./log.ts";
import type { Settings } from "./raft-options.ts";
import type { RaftIO, RaftState, StoredSnapshot } from "./raft-state.ts";
import type { LogIndex } from "./replicated-log.ts";

/** The checksum of a chunk: it would be another one if any bit of it were. */
export const checksumOf = (chunk: unknown): number => hashPlain(0, chunk) >>> 0;

/** The checksum of a snapshot, from those of its chunks one after the other. */
export const chained = (checksum: number, next: number): number => hashWord(checksum, next) >>> 0;

/** Position behind the last chunk of a complete snapshot. */
const endOf = ({ from, head }: StoredSnapshot): number => from + head.chunks;

/** Chunks of an incomplete snapshot go. */
const dropUnfinished = (io: RaftIO): void => {
  const { chunks, snapshot } = io.disk;
  const end = snapshot.value === null ? chunks.first : endOf(snapshot.value);
  if (end < chunks.end) chunks.cutFrom(end);
};

/** What was being saved when the process stopped has no end. What a leader was sending goes on where it stopped. */
export const cleanSnapshots = (io: RaftIO): void => {
  if (io.disk.incoming.value === null) dropUnfinished(io);
};

/** Makes way for another snapshot behind the complete one: both ways, one is under way at a time. */
export const abandonUnfinished = (s: RaftState, io: RaftIO): void => {
  s.saving = null;
  if (io.disk.incoming.value !== null) io.disk.incoming.set(null);
  dropUnfinished(io);
};

/** Forgets chunks of older snapshots, but for those that some follower is still being sent. */
export const forgetOldChunks = (s: RaftState, io: RaftIO): void => {
  const { snapshot, chunks } = io.disk;
  if (snapshot.value === null) return;
  let { from } = snapshot.value;
  for (const progress of s.leading?.progress ?? []) {
    const transfer = progress?.transfer;
    if (transfer !== null && transfer !== undefined) from = Math.min(from, transfer.snapshot.from);
  }
  if (from > chunks.first) chunks.cutBefore(from);
};

/** The configuration in force at an index. */
const configurationAt = (s: RaftState, index: LogIndex) => {
  let at = s.configurations.length - 1;
  while (at > 0 && s.configurations[at]!.index > index) at--;
  return s.configurations[at]!.configuration;
};

/** A snapshot is complete: it takes the place of the log up to its index. */
export const takeSnapshot = (s: RaftState, io: RaftIO, stored: StoredSnapshot): void => {
  const { lastIncludedIndex, lastIncludedTerm, configuration } = stored.head;
  io.disk.snapshot.set(stored);
  s.lastIncludedIndex = lastIncludedIndex;
  s.lastIncludedTerm = lastIncludedTerm;
  const later = s.configurations.filter(({ index }) => index > lastIncludedIndex);
  s.configurations = [{ index: lastIncludedIndex, configuration }, ...later];
};

/** The first index from which on, up to `index`, there are no more entries and bytes than may be kept. */
const firstKept = (io: RaftIO, { entriesKept, bytesKept, bytesOf }: Settings, index: LogIndex): LogIndex => {
  const { entries } = io.disk;
  const lowest = Math.max(index + 1 - entriesKept, entries.first);
  let first = index + 1;
  for (let bytes = 0; first > lowest; first--) {
    const entry = entries.at(first - 1);
    bytes += entry.kind === "command" ? bytesOf(entry.command) : 1;
    if (bytes > bytesKept) break;
  }
  return first;
};

/**
 * Forgets the log behind a snapshot, but for what followers need that are a little behind, or that get an older snapshot
 * just now: if that were gone when they have it, they would need the next snapshot, and so on for ever.
 */
const forgetEntries = (s: RaftState, io: RaftIO, settings: Settings, index: LogIndex): void => {
  const { entriesKeptInTransfer } = settings;
  const { entries } = io.disk;
  let first = firstKept(io, settings, index);
  for (const progress of s.leading?.progress ?? []) {
    const needed = progress?.transfer?.snapshot.head.lastIncludedIndex;
    if (needed !== undefined) first = Math.min(first, Math.max(needed + 1, index + 1 - entriesKeptInTransfer));
  }
  if (first > entries.first) forgetBefore(s, io, first);
};

/** The user saves a chunk of a snapshot of its state. With the last one the log before may be forgotten. */
export const saveSnapshot = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  index: LogIndex,
  number: number,
  { chunk, isLast }: { readonly chunk: unknown; readonly isLast: boolean },
): void => {
  const lastIncludedTerm = termAt(s, io, index);
  const isPossible = index > s.lastIncludedIndex && index <= s.lastApplied && lastIncludedTerm !== null;
  if (!isPossible) return io.note("no snapshot is saved of what is not newer, or not known", index);
  const { incoming, chunks } = io.disk;
  if (incoming.value !== null && incoming.value.head.lastIncludedIndex >= index)
    return io.note("a newer snapshot is under way", incoming.value.head.lastIncludedIndex);
  if (number === 0) {
    abandonUnfinished(s, io);
    s.saving = { index, from: chunks.end, count: 0, checksum: 0 };
  }
  const { saving } = s;
  if (saving === null || saving.index !== index || saving.count !== number)
    return io.note("not the next chunk of the snapshot that is being saved", number);
  const checksum = checksumOf(chunk);
  chunks.append({ chunk, checksum });
  saving.count++;
  saving.checksum = chained(saving.checksum, checksum);
  if (!isLast) return;
  s.saving = null;
  const configuration = configurationAt(s, index);
  const head = {
    lastIncludedIndex: index,
    lastIncludedTerm,
    configuration,
    chunks: number + 1,
    checksum: saving.checksum,
  };
  takeSnapshot(s, io, { head, from: saving.from });
  forgetOldChunks(s, io);
  forgetEntries(s, io, settings, index);
  io.whenDurable.saved(index);
};
