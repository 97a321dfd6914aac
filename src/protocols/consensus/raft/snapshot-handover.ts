import { assert } from "../../../model/index.ts";
import { applyCommitted } from "./commitment.ts";
import type { Settings } from "./raft-options.ts";
import type { RaftIO, RaftState } from "./raft-state.ts";
import { checksumOf } from "./snapshot-store.ts";

/** The snapshot on disk goes to the user, from its first chunk on. */
export const beginHandover = (s: RaftState, io: RaftIO): void => {
  s.handover = 0;
  io.timers.apply.set(0);
};

/** The next chunk, or the next entries: each in a step of its own, so that a host gets to do other things. */
export const handOn = (s: RaftState, io: RaftIO, settings: Settings): void => {
  const { snapshot, chunks } = io.disk;
  if (s.handover === null || snapshot.value === null) return applyCommitted(s, io, settings);
  const { head, from } = snapshot.value;
  const number = s.handover;
  const { chunk, checksum } = chunks.at(from + number);
  assert(checksumOf(chunk) === checksum, `chunk ${number} of the snapshot at ${head.lastIncludedIndex} is damaged`);
  const isLast = number + 1 === head.chunks;
  s.handover = isLast ? null : number + 1;
  io.up.restored(head.lastIncludedIndex, number, chunk, isLast);
  if (isLast) s.lastApplied = head.lastIncludedIndex;
  io.timers.apply.set(0);
};
