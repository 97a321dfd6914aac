import { assert, equal, type NodeId } from "../../../model/index.ts";
import { configurationOfServer, forgetBefore, termAt } from "./log.ts";
import type { InstallSnapshot } from "./messages.ts";
import type { Settings } from "./raft-options.ts";
import type { RaftIO, RaftState, StoredSnapshot } from "./raft-state.ts";
import { beginHandover } from "./snapshot-handover.ts";
import { abandonUnfinished, chained, checksumOf, forgetOldChunks, takeSnapshot } from "./snapshot-store.ts";

const answer = (s: RaftState, io: RaftIO, leader: NodeId, { head }: InstallSnapshot<unknown>, next: number): void =>
  io.sessions.send(leader, {
    kind: "InstallSnapshotReply",
    term: s.currentTerm,
    lastIncludedIndex: head.lastIncludedIndex,
    checksum: head.checksum,
    next,
  });

/** The log matches up to an index: said as after AppendEntries, for it means the same. */
const answerMatch = (s: RaftState, io: RaftIO, leader: NodeId, matchIndex: number): void =>
  io.sessions.send(leader, {
    kind: "AppendEntriesReply",
    term: s.currentTerm,
    success: true,
    matchIndex,
    hintIndex: 0,
    hintTerm: 0,
    round: 0,
  });

const checksumOfAll = (io: RaftIO, { from, head }: StoredSnapshot): number => {
  let checksum = 0;
  for (let at = from; at < from + head.chunks; at++) checksum = chained(checksum, io.disk.chunks.at(at).checksum);
  return checksum;
};

/** The snapshot replaces the log, but for entries after it that go on from it. */
const install = (s: RaftState, io: RaftIO, { rules }: Settings, incoming: StoredSnapshot): void => {
  io.mark("installs a snapshot");
  const { lastIncludedIndex, lastIncludedTerm } = incoming.head;
  const { entries } = io.disk;
  const goesOn = termAt(s, io, lastIncludedIndex) === lastIncludedTerm;
  if (!goesOn) {
    entries.cutFrom(entries.first);
    s.configurations.length = 1;
    s.storedIndex = rules.storedAfterCut(s.storedIndex, lastIncludedIndex);
  }
  io.disk.incoming.set(null);
  takeSnapshot(s, io, incoming);
  forgetBefore(s, io, lastIncludedIndex + 1);
  forgetOldChunks(s, io);
  s.commitIndex = Math.max(s.commitIndex, lastIncludedIndex);
  io.up.membership(configurationOfServer(s), lastIncludedIndex);
  beginHandover(s, io);
};

/** The part of this snapshot that is there already, or a new beginning. */
const incomingFor = (s: RaftState, io: RaftIO, { head }: InstallSnapshot<unknown>): StoredSnapshot => {
  const { incoming, chunks } = io.disk;
  if (incoming.value !== null && equal(incoming.value.head, head)) return incoming.value;
  abandonUnfinished(s, io);
  const begun: StoredSnapshot = { head, from: chunks.end };
  incoming.set(begun);
  return begun;
};

/** A chunk of the leader's snapshot. */
export const onInstallSnapshot = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  leader: NodeId,
  m: InstallSnapshot<unknown>,
): void => {
  const { head, number, checked } = m;
  if (!settings.rules.installs(head.lastIncludedIndex, s.commitIndex)) return answerMatch(s, io, leader, s.commitIndex);
  const incoming = incomingFor(s, io, m);
  const { chunks } = io.disk;
  const received = chunks.end - incoming.from;
  if (number !== received || checksumOf(checked.chunk) !== checked.checksum) {
    return answer(s, io, leader, m, received);
  }
  chunks.append(checked);
  if (received + 1 < head.chunks) return answer(s, io, leader, m, received + 1);
  if (checksumOfAll(io, incoming) !== head.checksum) {
    abandonUnfinished(s, io);
    return answer(s, io, leader, m, 0);
  }
  install(s, io, settings, incoming);
  assert(s.lastIncludedIndex === head.lastIncludedIndex, "the snapshot that came is the one that is installed");
  answerMatch(s, io, leader, head.lastIncludedIndex);
};
