import { assert, type NodeId } from "../../../model/index.ts";
import { isVoter } from "./configuration.ts";
import { onRequestVote, onRequestVoteReply, onTimeoutNow } from "./election.ts";
import { configurationOfServer } from "./log.ts";
import { onAppendEntries } from "./log-acceptance.ts";
import type { RaftMessage } from "./messages.ts";
import type { Settings } from "./raft-options.ts";
import type { RaftIO, RaftState } from "./raft-state.ts";
import { onReadIndex, onReadIndexReply } from "./read-index.ts";
import { onAppendEntriesReply } from "./replication.ts";
import { becomeFollower, hearLeader } from "./roles.ts";
import { onInstallSnapshot } from "./snapshot-receiving.ts";
import { onInstallSnapshotReply } from "./snapshot-sending.ts";

type Message = RaftMessage<unknown, unknown>;

const isFromLeader = ({ kind }: Message): boolean => kind === "AppendEntries" || kind === "InstallSnapshot";

/** Whether a higher term is taken over from a message. That of a pre-vote is nobody's term yet. */
const raisesTerm = (m: Message, { rules }: Settings): boolean => {
  if (m.kind === "RequestPreVote") return rules.preVoteRaisesTerm();
  return m.kind !== "RequestPreVoteReply" || !m.voteGranted;
};

/** A server that follows its leader does not even look at a higher term that somebody stands in (6 and 4.2.3). */
const isIgnored = (s: RaftState, io: RaftIO, m: Message, { rules }: Settings): boolean =>
  m.kind === "RequestVote" &&
  m.term > s.currentTerm &&
  !rules.mayVote({
    isTransfer: m.isTransfer,
    isLoyal: s.isLoyal,
    isVoter: isVoter(configurationOfServer(s), io.self),
  });

/** Tells a leader or a candidate of a term that is over which term it is. */
const refuseStale = (s: RaftState, io: RaftIO, from: NodeId, m: Message): void => {
  const term = s.currentTerm;
  if (m.kind === "RequestVote") io.sessions.send(from, { kind: "RequestVoteReply", term, voteGranted: false });
  else if (m.kind === "RequestPreVote")
    io.sessions.send(from, { kind: "RequestPreVoteReply", term, voteGranted: false });
  else if (isFromLeader(m))
    io.sessions.send(from, {
      kind: "AppendEntriesReply",
      term,
      success: false,
      matchIndex: 0,
      hintIndex: 0,
      hintTerm: 0,
      round: 0,
    });
  else if (m.kind === "AppendEntriesReply" && s.leading !== null)
    io.mark("leads again, and hears an answer to its earlier term");
  else io.note("of a term that is over", m.term);
};

/** Whether a message of an earlier term still means something. */
const outlivesTerm = (s: RaftState, m: Message, { rules }: Settings): boolean =>
  m.kind === "ReadIndex" ||
  m.kind === "ReadIndexReply" ||
  (m.kind === "AppendEntriesReply" && rules.countsReply(m.term, s.currentTerm));

const dispatch = (s: RaftState, io: RaftIO, settings: Settings, from: NodeId, m: Message): void => {
  switch (m.kind) {
    case "AppendEntries":
      return onAppendEntries(s, io, settings, from, m);
    case "AppendEntriesReply":
      return onAppendEntriesReply(s, io, settings, from, m);
    case "RequestVote":
    case "RequestPreVote":
      return onRequestVote(s, io, settings, from, m);
    case "RequestVoteReply":
    case "RequestPreVoteReply":
      return onRequestVoteReply(s, io, settings, from, m);
    case "InstallSnapshot":
      return onInstallSnapshot(s, io, settings, from, m);
    case "InstallSnapshotReply":
      return onInstallSnapshotReply(s, io, from, m);
    case "TimeoutNow":
      return onTimeoutNow(s, io, settings, m);
    case "ReadIndex":
      return onReadIndex(s, io, from, m);
    case "ReadIndexReply":
      return onReadIndexReply(s, io, settings, m);
  }
};

/** A message of another server: first the term is settled, then it is handled. */
export const receive = (s: RaftState, io: RaftIO, settings: Settings, from: NodeId, m: Message): void => {
  if (isIgnored(s, io, m, settings)) return io.note("stands against a leader that is there", from, m.term);
  if (m.term > s.currentTerm && raisesTerm(m, settings))
    becomeFollower(s, io, settings, m.term, isFromLeader(m) ? from : null);
  else if (m.term < s.currentTerm && !outlivesTerm(s, m, settings)) return refuseStale(s, io, from, m);
  if (isFromLeader(m)) {
    assert(s.role !== "leader", "a leader hears of another leader of its own term");
    if (s.role !== "follower" || s.leader !== from) becomeFollower(s, io, settings, s.currentTerm, from);
  }
  if (settings.rules.isSignOfLeader(m.kind)) hearLeader(s, io, settings);
  dispatch(s, io, settings, from, m);
};
