import type { NodeId } from "../../../model/index.ts";
import { advanceCommit, advanceCommitWithEntries } from "./commitment.ts";
import { append, cutFrom, lastLogIndex, lastPossibleMatch, termAt } from "./log.ts";
import type { AppendEntries, Entry } from "./messages.ts";
import type { Settings } from "./raft-options.ts";
import type { RaftIO, RaftState } from "./raft-state.ts";
import type { LogIndex } from "./replicated-log.ts";

/** The log is the leader's up to `matchIndex`. The machinery holds this until the entries are durable. */
const accept = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  to: NodeId,
  matchIndex: LogIndex,
  round: number,
): void => {
  if (settings.rules.acknowledgesEarly()) io.early(() => sayAccepted(s, io, to, matchIndex, round));
  else sayAccepted(s, io, to, matchIndex, round);
};

const sayAccepted = (s: RaftState, io: RaftIO, to: NodeId, matchIndex: LogIndex, round: number): void =>
  io.sessions.send(to, {
    kind: "AppendEntriesReply",
    term: s.currentTerm,
    success: true,
    matchIndex,
    hintIndex: 0,
    hintTerm: 0,
    round,
  });

/** The log does not match at `prevLogIndex`; says down to where it cannot match either. */
const refuse = (s: RaftState, io: RaftIO, to: NodeId, m: AppendEntries<unknown>): void => {
  const { index, term } = lastPossibleMatch(s, io, m.prevLogIndex, m.prevLogTerm);
  io.sessions.send(to, {
    kind: "AppendEntriesReply",
    term: s.currentTerm,
    success: false,
    matchIndex: m.prevLogIndex,
    hintIndex: index,
    hintTerm: term,
    round: m.round,
  });
};

/**
 * Puts the leader's entries behind `prevLogIndex`. What is there already stays, and only what conflicts is cut: a late
 * message with few entries must not take back what a later one brought.
 */
const store = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  prevLogIndex: LogIndex,
  entries: readonly Entry<unknown>[],
): void => {
  const { rules } = settings;
  const last = lastLogIndex(io);
  let at = 0;
  while (at < entries.length && prevLogIndex + 1 + at <= last) {
    const index = prevLogIndex + 1 + at;
    if (index > s.lastIncludedIndex && rules.conflicts(termAt(s, io, index) ?? 0, entries[at]!.term)) {
      cutFrom(s, io, settings, index);
      break;
    }
    at++;
  }
  for (; at < entries.length; at++) append(s, io, entries[at]!);
};

/** Entries of the leader, or a heartbeat. The sender is known to be the leader of the present term. */
export const onAppendEntries = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  leader: NodeId,
  m: AppendEntries<unknown>,
): void => {
  const { prevLogIndex, prevLogTerm, entries, leaderCommit, round } = m;
  const { rules } = settings;
  // Below its snapshot a server does not know its terms any more; but what is there is committed, and so matches.
  if (prevLogIndex < s.lastIncludedIndex && rules.matchesBelowSnapshot())
    return accept(s, io, settings, leader, s.commitIndex, round);
  if (termAt(s, io, prevLogIndex) !== prevLogTerm) {
    if (prevLogIndex <= lastLogIndex(io)) cutFrom(s, io, settings, Math.max(prevLogIndex, s.lastIncludedIndex + 1));
    return refuse(s, io, leader, m);
  }
  store(s, io, settings, prevLogIndex, entries);
  const lastNew = prevLogIndex + entries.length;
  const commit = rules.followerCommit(leaderCommit, lastNew, lastLogIndex(io));
  if (commit > s.commitIndex) {
    if (entries.length > 0) advanceCommitWithEntries(s, io, settings, commit);
    else advanceCommit(s, io, settings, commit);
  }
  accept(s, io, settings, leader, lastNew, round);
};
