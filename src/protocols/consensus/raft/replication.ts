import type { NodeId } from "../../../model/index.ts";
import { advanceCommit } from "./commitment.ts";
import { handOver } from "./leadership-transfer.ts";
import { configurationOfServer, lastLogIndex, lastPossibleMatch, termAt } from "./log.ts";
import { continueChange } from "./membership.ts";
import type { AppendEntriesReply, Entry } from "./messages.ts";
import { freeInflight, probe, replicate } from "./progress.ts";
import type { Settings } from "./raft-options.ts";
import type { Leading, Progress, RaftIO, RaftState } from "./raft-state.ts";
import { confirmReads, openRound, renewLease } from "./read-index.ts";
import type { LogIndex } from "./replicated-log.ts";
import { beginTransfer, sendChunks } from "./snapshot-sending.ts";

/** Entries for one message; followers that are equally far share them. */
interface Pack {
  readonly from: LogIndex;
  readonly entries: readonly Entry<unknown>[];
  readonly bytes: number;
}

const bytesOfEntry = (entry: Entry<unknown>, { bytesOf }: Settings): number =>
  entry.kind === "command" ? bytesOf(entry.command) : 1;

/** The next entries that fit into a message: never with a gap, and a single one that is too large goes alone. */
const pack = (io: RaftIO, settings: Settings, from: LogIndex): Pack => {
  const { entriesPerMessageMax, bytesPerMessageMax, rules } = settings;
  const log = io.disk.entries;
  const end = log.end;
  const entries: Entry<unknown>[] = [];
  let bytes = 0;
  for (let index = from; index < end && entries.length < entriesPerMessageMax; index++) {
    const entry = log.at(index);
    const size = bytesOfEntry(entry, settings);
    const isFull = entries.length > 0 && bytes + size > bytesPerMessageMax;
    if (isFull && !rules.packsOn(isFull)) break;
    if (isFull) continue;
    entries.push(entry);
    bytes += size;
  }
  return { from, entries, bytes };
};

const nothing: readonly Entry<unknown>[] = [];

const sendEntries = (
  s: RaftState,
  io: RaftIO,
  leading: Leading,
  progress: Progress,
  prevLogIndex: LogIndex,
  prevLogTerm: number,
  entries: readonly Entry<unknown>[],
): void => {
  progress.heartbeatDue = false;
  progress.commitSent = s.commitIndex;
  progress.roundSent = leading.round;
  io.sessions.send(progress.node, {
    kind: "AppendEntries",
    term: s.currentTerm,
    prevLogIndex,
    prevLogTerm,
    entries,
    leaderCommit: s.commitIndex,
    round: leading.round,
  });
};

/** Nothing new to send, but the commit index, a round or the time since the last heartbeat. */
const sendHeartbeat = (s: RaftState, io: RaftIO, leading: Leading, progress: Progress): void => {
  const prevLogIndex = progress.phase === "snapshot" ? 0 : progress.nextIndex - 1;
  const prevLogTerm = termAt(s, io, prevLogIndex);
  // What comes next is gone, so the answers to what is under way lead nowhere, if they come: it must not hold the place of
  // the snapshot that is due. A lost message would hold it for ever, where no session ends and no refusal comes.
  if (prevLogTerm === null && progress.phase === "replicate") probe(progress, progress.matchIndex + 1);
  // Index 0 is in every log: where the follower needs a snapshot the message says no more than who leads.
  if (prevLogTerm === null || progress.phase === "snapshot") sendEntries(s, io, leading, progress, 0, 0, nothing);
  else sendEntries(s, io, leading, progress, prevLogIndex, prevLogTerm, nothing);
};

/** Whether more may be under way to a follower. */
const hasRoom = (progress: Progress, settings: Settings): boolean =>
  progress.phase === "probe"
    ? !progress.awaits
    : progress.inflight.length < settings.inflightMessagesMax && progress.inflightBytes < settings.inflightBytesMax;

/** Sends a follower what it lacks, as far as it may be ahead of the answers. Returns the pack that was sent last. */
const sendLog = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  leading: Leading,
  progress: Progress,
  shared: Pack | null,
): Pack | null => {
  let last = shared;
  while (progress.nextIndex <= lastLogIndex(io) && hasRoom(progress, settings)) {
    const prevLogIndex = progress.nextIndex - 1;
    const prevLogTerm = termAt(s, io, prevLogIndex);
    if (prevLogTerm === null) {
      beginTransfer(s, io, progress);
      break;
    }
    if (last === null || last.from !== progress.nextIndex) last = pack(io, settings, progress.nextIndex);
    const { entries, bytes } = last;
    sendEntries(s, io, leading, progress, prevLogIndex, prevLogTerm, entries);
    if (progress.phase === "probe") {
      progress.awaits = true;
      break;
    }
    progress.nextIndex += entries.length;
    progress.inflight.push({ lastIndex: progress.nextIndex - 1, bytes });
    progress.inflightBytes += bytes;
  }
  return last;
};

/** Whether news of the commit index can wait for the next entries. */
const awaitsEntries = (io: RaftIO, { commitPatienceMs }: Settings, leading: Leading): boolean => {
  if (commitPatienceMs === 0 || leading.commitNews === "due") return false;
  if (commitPatienceMs === null) return true;
  if (leading.commitNews === "none") io.timers.commit.set(commitPatienceMs);
  leading.commitNews = "waits";
  return true;
};

/** News of the commit index waited long enough. */
export const onCommitPatience = (s: RaftState): void => {
  if (s.leading !== null) s.leading.commitNews = "due";
};

/** Brings every member up to date with log, commit index and round, as far as each has room. */
const sendToAll = (s: RaftState, io: RaftIO, settings: Settings, leading: Leading): void => {
  let shared: Pack | null = null;
  for (const progress of leading.progress) {
    if (progress === null) continue;
    if (progress.phase !== "snapshot") shared = sendLog(s, io, settings, leading, progress, shared);
    if (progress.phase === "snapshot") sendChunks(s, io, settings, progress);
    const hasNews = progress.commitSent < s.commitIndex && progress.phase !== "snapshot" && !progress.awaits;
    const owesCommit = hasNews && !awaitsEntries(io, settings, leading);
    if (progress.heartbeatDue || owesCommit || progress.roundSent < leading.round)
      sendHeartbeat(s, io, leading, progress);
  }
  if (leading.commitNews === "due") leading.commitNews = "none";
};

/** Asks to be told when what was appended is durable; a disk that takes too long costs the leadership. */
const askStored = (s: RaftState, io: RaftIO, { diskPatienceMs }: Settings, leading: Leading): void => {
  const last = lastLogIndex(io);
  if (last <= leading.storeAsked) return;
  if (leading.storeAsked <= s.storedIndex) io.timers.disk.set(diskPatienceMs);
  leading.storeAsked = last;
  io.whenDurable.stored(s.currentTerm, last);
};

/**
 * No more input is at hand: what came meanwhile goes out together. Entries leave while the own disk still writes them
 * (10.2.1 of the dissertation): the leader does not count itself before it has.
 */
export const flush = (s: RaftState, io: RaftIO, settings: Settings): void => {
  const { leading } = s;
  if (leading === null) return;
  openRound(s, io, settings, leading);
  io.early(() => sendToAll(s, io, settings, leading));
  askStored(s, io, settings, leading);
};

/** Whether a follower is to be told nothing now. One that gets a snapshot is always looked at. */
const isUpToDate = (
  s: RaftState,
  settings: Settings,
  leading: Leading,
  progress: Progress,
  lastIndex: LogIndex,
): boolean => {
  if (progress.heartbeatDue || progress.phase === "snapshot" || progress.roundSent < leading.round) return false;
  if (progress.nextIndex <= lastIndex && hasRoom(progress, settings)) return false;
  const mayWait = settings.commitPatienceMs === null || leading.commitNews === "waits";
  return progress.commitSent >= s.commitIndex || progress.awaits || mayWait;
};

/** Whether `flush` would do nothing: true of followers, and of a leader most of whose answers are no news. */
export const hasNothingToSend = (s: RaftState, io: RaftIO, settings: Settings): boolean => {
  const { leading } = s;
  if (leading === null) return true;
  const { queuedIds, queuedRemote, commitNews, progress } = leading;
  const lastIndex = lastLogIndex(io);
  if (queuedIds.length > 0 || queuedRemote.length > 0 || commitNews === "due" || lastIndex > leading.storeAsked)
    return false;
  for (const one of progress) if (one !== null && !isUpToDate(s, settings, leading, one, lastIndex)) return false;
  return true;
};

/** What the leader may count of its own log. */
const matchIndexOf = (
  s: RaftState,
  io: RaftIO,
  { rules }: Settings,
  leading: Leading,
): ((node: NodeId) => LogIndex) => {
  const own = rules.countsItself(s.storedIndex, lastLogIndex(io));
  return (node: NodeId): LogIndex => (node === io.self ? own : (leading.progress[node]?.matchIndex ?? 0));
};

/** Commits what enough hold: of the own term by counting, with it everything before. */
export const commitByCounting = (s: RaftState, io: RaftIO, settings: Settings, leading: Leading): void => {
  const { rules } = settings;
  const held = rules.heldByQuorum(configurationOfServer(s), matchIndexOf(s, io, settings, leading));
  if (held <= s.commitIndex) return;
  const term = termAt(s, io, held);
  if (term === null || !rules.mayCommit(term, s.currentTerm)) return;
  advanceCommit(s, io, settings, held);
};

/** The leader's own log is durable up to an index. */
export const onStored = (s: RaftState, io: RaftIO, settings: Settings, term: number, index: LogIndex): void => {
  const { leading } = s;
  if (leading === null || !settings.rules.countsStored(term, s.currentTerm)) return io.note("stored in another term");
  s.storedIndex = settings.rules.storedAfter(s.storedIndex, index);
  if (s.storedIndex >= leading.storeAsked) io.timers.disk.cancel();
  else io.timers.disk.set(settings.diskPatienceMs);
  commitByCounting(s, io, settings, leading);
};

const onMatch = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  leading: Leading,
  progress: Progress,
  index: LogIndex,
) => {
  if (progress.phase !== "replicate") {
    if (index < progress.matchIndex) return;
    progress.matchIndex = index;
    // A snapshot is under way, and the log does not yet reach back to where the follower is.
    if (progress.phase === "snapshot" && index < (progress.transfer?.snapshot.head.lastIncludedIndex ?? 0)) return;
    replicate(progress);
  } else {
    if (index <= progress.matchIndex) return;
    progress.matchIndex = index;
    if (progress.nextIndex <= index) progress.nextIndex = index + 1;
    freeInflight(progress, index);
  }
  if (index > s.commitIndex) commitByCounting(s, io, settings, leading);
  if (leading.change !== null) continueChange(s, io, settings, leading);
  if (leading.transfer !== null) handOver(s, io, settings, leading);
};

const onRefusal = (
  s: RaftState,
  io: RaftIO,
  { rules }: Settings,
  progress: Progress,
  reply: AppendEntriesReply,
): void => {
  const { matchIndex: refused, hintIndex, hintTerm } = reply;
  const isLate = progress.phase === "probe" ? refused !== progress.nextIndex - 1 : refused <= progress.matchIndex;
  if (isLate || progress.phase === "snapshot") return io.note("a late refusal", refused);
  const { index } = lastPossibleMatch(s, io, hintIndex, hintTerm);
  probe(progress, Math.max(1, rules.nextAfterRefusal(index, progress.matchIndex, progress.nextIndex)));
};

/** A follower answered. */
export const onAppendEntriesReply = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  from: NodeId,
  reply: AppendEntriesReply,
): void => {
  const { leading } = s;
  const progress = leading?.progress[from];
  if (leading === null || progress === undefined || progress === null)
    return io.note("an answer that nobody waits for", from);
  progress.isActive = true;
  if (reply.success) onMatch(s, io, settings, leading, progress, reply.matchIndex);
  else onRefusal(s, io, settings, progress, reply);
  if (reply.round <= progress.roundAcknowledged) return;
  progress.roundAcknowledged = reply.round;
  confirmReads(s, io, settings);
};

/** What was sent in a session that ended may be lost; in a new one the leader starts from what it knows to match. */
export const onSession = (s: RaftState, peer: NodeId): void => {
  const progress = s.leading?.progress[peer];
  if (progress === undefined || progress === null) return;
  if (progress.transfer !== null) progress.transfer.next = progress.transfer.acknowledged;
  else probe(progress, progress.matchIndex + 1);
};

/** Followers hear from their leader, and what had no answer is tried again. */
export const onHeartbeat = (s: RaftState, io: RaftIO, settings: Settings): void => {
  const { leading } = s;
  if (leading === null) return;
  io.timers.heartbeat.set(settings.heartbeatMs);
  renewLease(io, settings, leading);
  for (const progress of leading.progress) {
    if (progress === null) continue;
    progress.heartbeatDue = true;
    progress.awaits = false;
    const { transfer } = progress;
    if (transfer === null) continue;
    if (transfer.acknowledged === transfer.acknowledgedBefore) transfer.next = transfer.acknowledged;
    transfer.acknowledgedBefore = transfer.acknowledged;
  }
};
