import type { NodeId } from "../../../model/index.ts";
import { configurationOfServer } from "./log.ts";
import type { ReadIndex, ReadIndexReply } from "./messages.ts";
import type { Settings } from "./raft-options.ts";
import type { RaftRules } from "./raft-rules.ts";
import type { Leading, RaftIO, RaftState, ReadBatch } from "./raft-state.ts";
import type { RequestId } from "./replicated-log.ts";
import { refuseReads } from "./roles.ts";

/** Answers the reads for which the state is new enough by now, in the order in which they were confirmed. */
export const answerReads = (s: RaftState, io: RaftIO, rules: RaftRules): void => {
  if (s.handover !== null) return;
  let answered = 0;
  for (const { readIndex, ids } of s.confirmed) {
    if (!rules.answersRead(s.lastApplied, readIndex)) break;
    answered++;
    s.readsOpen -= ids.length;
    for (const id of ids) io.up.readReady(id, s.lastApplied);
  }
  if (answered > 0) s.confirmed.splice(0, answered);
};

/** This server was the leader after all these reads were asked: what was committed then they may see. */
const confirm = (s: RaftState, io: RaftIO, { ids, remote, readIndex }: ReadBatch): void => {
  if (ids.length > 0) s.confirmed.push({ readIndex, ids });
  for (const { from, incarnation, serial } of remote)
    io.sessions.send(from, { kind: "ReadIndexReply", term: s.currentTerm, incarnation, serial, readIndex });
};

const holdsLease = (io: RaftIO, { lease, rules }: Settings, leading: Leading): boolean =>
  lease !== null && !leading.leaseForfeited && io.clock(rules.leaseClock()) < leading.leaseUntil;

const beginRound = (io: RaftIO, { lease, rules }: Settings, leading: Leading): void => {
  leading.round++;
  if (lease !== null) leading.roundStarts.push({ round: leading.round, at: io.clock(rules.leaseClock()) });
};

/**
 * All reads that came by now share one round: one question to everybody, "am I still the leader?", which the next message
 * carries. Before the leader has committed an entry of its term it does not know what is committed: reads wait.
 */
export const openRound = (s: RaftState, io: RaftIO, settings: Settings, leading: Leading): void => {
  const { rules } = settings;
  const { queuedIds, queuedRemote } = leading;
  if (queuedIds.length === 0 && queuedRemote.length === 0) return;
  if (!rules.mayRead(s.commitIndex >= leading.firstIndex)) return;
  const batch = { round: leading.round + 1, readIndex: s.commitIndex, ids: queuedIds, remote: queuedRemote };
  leading.queuedIds = [];
  leading.queuedRemote = [];
  if (!rules.readsAskQuorum() || holdsLease(io, settings, leading)) {
    // Who asked from elsewhere waits until it knows that so much is committed, and no question brings it the news.
    if (queuedRemote.length > 0) leading.commitNews = "due";
    confirm(s, io, batch);
    return answerReads(s, io, rules);
  }
  beginRound(io, settings, leading);
  leading.batches.push(batch);
  confirmReads(s, io, settings);
};

/** Heartbeats renew the lease where there is one. */
export const renewLease = (io: RaftIO, settings: Settings, leading: Leading): void => {
  if (settings.lease !== null) beginRound(io, settings, leading);
};

/**
 * The others owe a lease from the time at which the round began, not from their answer: until their shortest election
 * timeout is over none of them votes for anybody else. Their clocks may be faster by so much.
 */
const extendLease = (settings: Settings, leading: Leading, confirmed: number): void => {
  const { lease, electionTimeoutMs } = settings;
  const { roundStarts } = leading;
  if (lease === null) return;
  const lastsMs = electionTimeoutMs * (1 - lease.partsPerMillion / 1e6);
  while (roundStarts.length > 0 && roundStarts[0]!.round <= confirmed)
    leading.leaseUntil = Math.max(leading.leaseUntil, roundStarts.shift()!.at + lastsMs);
};

/** A quorum has answered some round: this server was the leader when it began. */
export const confirmReads = (s: RaftState, io: RaftIO, settings: Settings): void => {
  const { leading } = s;
  if (leading === null || (leading.batches.length === 0 && settings.lease === null)) return;
  const confirmed = settings.rules.heldByQuorum(configurationOfServer(s), (node) =>
    node === io.self ? leading.round : (leading.progress[node]?.roundAcknowledged ?? 0),
  );
  extendLease(settings, leading, confirmed);
  const { batches } = leading;
  let count = 0;
  while (count < batches.length && batches[count]!.round <= confirmed) confirm(s, io, batches[count++]!);
  if (count === 0) return;
  batches.splice(0, count);
  answerReads(s, io, settings.rules);
};

/** A read at this process. */
export const read = (s: RaftState, io: RaftIO, { readsMax }: Settings, id: RequestId): void => {
  if (s.readsOpen >= readsMax) return io.up.refused(id, "overloaded", s.leader);
  if (s.leading === null && s.leader === null) return io.up.refused(id, "not leader", null);
  s.readsOpen++;
  if (s.leading !== null) s.leading.queuedIds.push(id);
  else s.toAsk.push(id);
};

/** A follower asks the leader for all its reads at once. */
export const askLeader = (s: RaftState, io: RaftIO, { electionTimeoutMs }: Settings): void => {
  if (s.toAsk.length === 0) return;
  const ids = s.toAsk;
  const { leader } = s;
  s.toAsk = [];
  if (leader === null || leader === io.self) return refuseReads(s, io, ids);
  const serial = ++s.serial;
  s.asked.push({ serial, leader, ids });
  io.timers.read.set(2 * electionTimeoutMs, serial);
  io.sessions.send(leader, { kind: "ReadIndex", term: s.currentTerm, incarnation: io.incarnation, serial });
};

/** Takes a question off the list of those that have no answer; null where it has one already. */
const takeAsked = (s: RaftState, io: RaftIO, serial: number): readonly RequestId[] | null => {
  const at = s.asked.findIndex((question) => question.serial === serial);
  if (at < 0) return null;
  io.timers.read.cancel(serial);
  return s.asked.splice(at, 1)[0]!.ids;
};

/** The leader did not answer in time: whether it still is one nobody knows, and the reads had no effect. */
export const giveUpAsking = (s: RaftState, io: RaftIO, serial: number): void => {
  const ids = takeAsked(s, io, serial);
  if (ids !== null) refuseReads(s, io, ids);
};

/** A follower asks for a read index. */
export const onReadIndex = (s: RaftState, io: RaftIO, from: NodeId, { incarnation, serial }: ReadIndex): void => {
  if (s.leading !== null) s.leading.queuedRemote.push({ from, incarnation, serial });
  else io.sessions.send(from, { kind: "ReadIndexReply", term: s.currentTerm, incarnation, serial, readIndex: null });
};

/** The leader's answer. */
export const onReadIndexReply = (s: RaftState, io: RaftIO, { rules }: Settings, m: ReadIndexReply): void => {
  if (!rules.isOwnRead(m.incarnation, io.incarnation))
    return io.mark("hears an answer to a question of its earlier life");
  const ids = takeAsked(s, io, m.serial);
  if (ids === null) return io.note("an answer that nobody waits for", m.serial);
  if (m.readIndex === null) return refuseReads(s, io, ids);
  s.confirmed.push({ readIndex: m.readIndex, ids });
  answerReads(s, io, rules);
};
