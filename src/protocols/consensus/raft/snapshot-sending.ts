import type { NodeId } from "../../../model/index.ts";
import type { InstallSnapshotReply } from "./messages.ts";
import type { Settings } from "./raft-options.ts";
import type { Progress, RaftIO, RaftState } from "./raft-state.ts";
import { forgetOldChunks } from "./snapshot-store.ts";

/** The log does not reach back to where a follower is: it gets the snapshot instead. */
export const beginTransfer = (s: RaftState, io: RaftIO, progress: Progress): void => {
  const { value: snapshot } = io.disk.snapshot;
  if (snapshot === null) return io.note("neither log nor snapshot for", progress.node, s.lastIncludedIndex);
  io.mark("sends a snapshot");
  progress.phase = "snapshot";
  progress.transfer = { snapshot, next: 0, acknowledged: 0, acknowledgedBefore: 0 };
};

/** Sends as many chunks as may be under way. */
export const sendChunks = (s: RaftState, io: RaftIO, { chunksInFlightMax }: Settings, progress: Progress): void => {
  const { transfer } = progress;
  if (transfer === null) return;
  const { head, from } = transfer.snapshot;
  const end = Math.min(head.chunks, transfer.acknowledged + chunksInFlightMax);
  while (transfer.next < end) {
    const number = transfer.next++;
    const checked = io.disk.chunks.at(from + number);
    io.sessions.send(progress.node, { kind: "InstallSnapshot", term: s.currentTerm, head, number, checked });
  }
};

/** A follower says how far it is; a partial snapshot from before, from this leader or another, is not sent again. */
export const onInstallSnapshotReply = (s: RaftState, io: RaftIO, from: NodeId, m: InstallSnapshotReply): void => {
  const progress = s.leading?.progress[from];
  if (progress === undefined || progress === null) return;
  progress.isActive = true;
  const { transfer } = progress;
  if (transfer === null) return io.note("a transfer that is over", from);
  const { head } = transfer.snapshot;
  if (head.lastIncludedIndex !== m.lastIncludedIndex || head.checksum !== m.checksum) return;
  if (m.next > transfer.next) io.mark("goes on with a snapshot where it stopped");
  if (m.next > transfer.acknowledged) transfer.acknowledged = m.next;
  if (m.next > transfer.next) transfer.next = m.next;
};

/** A follower that is silent since the last check keeps no snapshot alive. */
export const endIdleTransfers = (s: RaftState, io: RaftIO): void => {
  if (s.leading === null) return;
  for (const progress of s.leading.progress) {
    if (progress === null || progress.isActive || progress.transfer === null) continue;
    progress.phase = "probe";
    progress.transfer = null;
  }
  forgetOldChunks(s, io);
};
