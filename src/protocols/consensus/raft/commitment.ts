import { lastLogIndex } from "./log.ts";
import { onCommitted } from "./membership.ts";
import type { Settings } from "./raft-options.ts";
import type { RaftIO, RaftState } from "./raft-state.ts";
import { answerReads } from "./read-index.ts";
import type { LogIndex } from "./replicated-log.ts";

/**
 * Hands committed entries to the user, in order, as many as one step may. The rest follows in steps of their own: after a
 * restart there may be a million, and nothing else would run meanwhile.
 */
export const applyCommitted = (
  s: RaftState,
  io: RaftIO,
  { appliedPerStepMax, appliedBytesPerStepMax, bytesOf, rules }: Settings,
): void => {
  if (s.handover !== null) return;
  const { entries } = io.disk;
  const committed = rules.mayApply(s.commitIndex, lastLogIndex(io));
  let end = Math.min(committed, s.lastApplied + appliedPerStepMax);
  let bytes = 0;
  for (let index = s.lastApplied + 1; index <= end; index++) {
    const entry = entries.at(index);
    const command = entry.kind === "command" ? entry.command : null;
    const size = entry.kind === "command" ? bytesOf(command) : 0;
    if (s.leading !== null) s.leading.tailBytes -= size;
    io.up.committed(index, entry.term, command);
    bytes += size;
    if (bytes >= appliedBytesPerStepMax) end = index;
  }
  if (end > s.lastApplied) s.lastApplied = rules.appliedAfterPage(end, committed);
  if (s.lastApplied < committed) {
    io.mark("applies in more than one step");
    io.timers.apply.set(0);
  }
  answerReads(s, io, rules);
};

/** Whether there is so much to apply that entries which came with the news should be on their way to disk before. */
const isLong = (
  s: RaftState,
  io: RaftIO,
  { appliedBeforeStoreBytesMax, bytesOf }: Settings,
  committed: LogIndex,
): boolean => {
  let bytes = 0;
  for (let index = s.lastApplied + 1; index <= Math.min(committed, lastLogIndex(io)); index++) {
    const entry = io.disk.entries.at(index);
    if (entry.kind === "command") bytes += bytesOf(entry.command);
    if (bytes > appliedBeforeStoreBytesMax) return true;
  }
  return false;
};

/** More is committed, by a message that brought entries. What is long is applied in a step of its own. */
export const advanceCommitWithEntries = (s: RaftState, io: RaftIO, settings: Settings, index: LogIndex): void => {
  if (s.handover !== null || !isLong(s, io, settings, index)) return advanceCommit(s, io, settings, index);
  s.commitIndex = index;
  io.timers.apply.set(0);
};

/** More is committed. */
export const advanceCommit = (s: RaftState, io: RaftIO, settings: Settings, index: LogIndex): void => {
  s.commitIndex = index;
  applyCommitted(s, io, settings);
  if (s.leading !== null) onCommitted(s, io, settings, s.leading);
};
