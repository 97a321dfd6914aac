import { majorityOf, type NodeId } from "../../../model/index.ts";
import { type Configuration, hasQuorum, isJoint } from "./configuration.ts";
import type { ConfigurationAt } from "./raft-state.ts";
import type { LogIndex, Role, Term } from "./replicated-log.ts";

/** The end of a log. */
export interface LogEnd {
  readonly index: LogIndex;
  readonly term: Term;
}

/** What speaks for or against a vote, besides the candidate's log. */
export interface VoteCase {
  readonly isTransfer: boolean;
  /** A leader was heard of within the shortest election timeout. */
  readonly isLoyal: boolean;
  /** The one who is asked is a voter in its own configuration. */
  readonly isVoter: boolean;
}

/** A vote that was granted, and where it arrives. */
export interface VoteGiven {
  readonly isPreVote: boolean;
  /** The term that it is for. */
  readonly term: Term;
  readonly role: Role;
  readonly currentTerm: Term;
}

/** The rules of Raft, each by itself, so that one can be broken. */
export interface RaftRules {
  /** Term and vote are written to disk before anybody hears of the vote. */
  readonly storesVote: () => boolean;
  /** Is the candidate's log at least as up to date as one's own? The later last term wins, then the longer log (5.4.1). */
  readonly isUpToDate: (candidate: LogEnd, own: LogEnd) => boolean;
  /** What of the own log a vote is about: its end, not what is known to be committed. */
  readonly endForVote: (last: LogEnd, committed: LogEnd) => LogEnd;
  /** May it vote for others at all, the logs aside? A learner may: the candidate may know that it is a voter by now. */
  readonly mayVote: (vote: VoteCase) => boolean;
  /** An election asks first whether it could be won (9.6). One that the leader asked for does not: all are loyal to him. */
  readonly preVotes: (isTransfer: boolean) => boolean;
  /** The term of an answer to a pre-vote: a refusal names the own term, so that a candidate that is behind learns it. */
  readonly preVoteReplyTerm: (voteGranted: boolean, asked: Term, own: Term) => Term;
  /** Whether a pre-vote's term is taken over. It is nobody's term yet. */
  readonly preVoteRaisesTerm: () => boolean;
  /**
   * Whether one that asks for promises itself gives way to another one whose log is as good. Only the time of elections
   * depends on it: messages between two come in order, so the other one hears of this promise after it was asked.
   */
  readonly givesWay: (candidate: NodeId, self: NodeId) => boolean;
  /** Whether a vote counts: only in the election that it was asked for. */
  readonly countsVote: (vote: VoteGiven) => boolean;
  /** A leader without contact to a quorum for an election timeout steps down (6.2). */
  readonly checksQuorum: () => boolean;
  /** Which messages keep a follower from standing for election: those of its leader alone. */
  readonly isSignOfLeader: (kind: string) => boolean;

  /** The highest index that enough voters hold. */
  readonly heldByQuorum: (configuration: Configuration, matchIndex: (node: NodeId) => LogIndex) => LogIndex;
  /** Whether enough voters agree; in a joint configuration a majority of each set. */
  readonly hasQuorum: (configuration: Configuration, agrees: (node: NodeId) => boolean) => boolean;
  /** May a leader commit an entry because enough hold it? Only one of its own term (5.4.2, Figure 8). */
  readonly mayCommit: (entryTerm: Term, currentTerm: Term) => boolean;
  /** What a follower commits: never beyond the entries that the message vouches for. */
  readonly followerCommit: (leaderCommit: LogIndex, lastNew: LogIndex, lastLogIndex: LogIndex) => LogIndex;
  /** May entries be handed to the user up to here? */
  readonly mayApply: (commitIndex: LogIndex, lastLogIndex: LogIndex) => LogIndex;
  /** Where a page of indications ends, the next begins. */
  readonly appliedAfterPage: (pageEnd: LogIndex, commitIndex: LogIndex) => LogIndex;
  /** When a leader may count itself: once its entries are durable. */
  readonly countsItself: (storedIndex: LogIndex, lastLogIndex: LogIndex) => LogIndex;
  /** Whether a notice that the log is durable is about this leader's log, and not about one that was cut since. */
  readonly countsStored: (noticeTerm: Term, currentTerm: Term) => boolean;
  /** How far the own log is known to be durable after a notice. Notices come in the order of the writes. */
  readonly storedAfter: (known: LogIndex, notice: LogIndex) => LogIndex;
  /** And after the log was cut: what comes in its place is not durable yet. */
  readonly storedAfterCut: (known: LogIndex, end: LogIndex) => LogIndex;
  /** A follower answers before its entries are durable. */
  readonly acknowledgesEarly: () => boolean;
  /** Whether what is stored at an index conflicts with an entry of the leader: it has another term. */
  readonly conflicts: (ownTerm: Term, leaderTerm: Term) => boolean;
  /** Whether an answer is about this term's log. One from before may be about entries that were replaced since. */
  readonly countsReply: (replyTerm: Term, currentTerm: Term) => boolean;
  /** What lies below the follower's snapshot is committed, and so matches. */
  readonly matchesBelowSnapshot: () => boolean;
  /** Where to try next after a follower refused. */
  readonly nextAfterRefusal: (hint: LogIndex, matchIndex: LogIndex, nextIndex: LogIndex) => LogIndex;
  /** Once a message is full nothing more goes into it, also nothing smaller that comes later. */
  readonly packsOn: (isFull: boolean) => boolean;
  /** A leader that hands over takes no proposals. */
  readonly refusesInTransfer: () => boolean;
  /** The one to come may be told once it has the whole log. */
  readonly mayHandOver: (matchIndex: LogIndex, lastLogIndex: LogIndex) => boolean;

  /** A change of members must wait until the leader committed an entry of its own term (Ongaro 2015, raft-dev). */
  readonly mayChangeMembers: (committedInTerm: boolean) => boolean;
  /** One change at a time: the one that was asked for is over, and the latest configuration committed. */
  readonly isChanging: (isOpen: boolean, latestIndex: LogIndex, commitIndex: LogIndex) => boolean;
  /** A change of voters goes through a joint configuration. */
  readonly goesJoint: (before: Configuration, after: Configuration) => boolean;
  /** The joint configuration is left once it is committed, and once only: the latest one is looked at, not the committed. */
  readonly jointToLeave: (latest: ConfigurationAt, committed: ConfigurationAt) => ConfigurationAt | null;
  /** With an entry that is cut from the log the configuration in it is no longer in force. */
  readonly rollsBackConfiguration: () => boolean;

  /** A leader asks a quorum whether it still is leader before it answers a read (6.4). */
  readonly readsAskQuorum: () => boolean;
  /** A leader knows what is committed once it committed an entry of its own term. */
  readonly mayRead: (committedInTerm: boolean) => boolean;
  /** A read is answered once everything up to its index was indicated. */
  readonly answersRead: (lastApplied: LogIndex, readIndex: LogIndex) => boolean;
  /** Whether an answer to a question of a process is for its present life. */
  readonly isOwnRead: (asked: number, incarnation: number) => boolean;
  /** The clock that measures leases. */
  readonly leaseClock: () => "monotonic" | "wall";
  /** Whether a follower may stand as soon as its leader's session ends. Not while it owes that leader a lease. */
  readonly mayHasten: (leaseOwed: boolean) => boolean;

  /** A snapshot is installed only if it is newer than what was committed here. */
  readonly installs: (lastIncludedIndex: LogIndex, commitIndex: LogIndex) => boolean;
}

/** The highest index that a majority holds. */
export const majorityAmong = (voters: readonly NodeId[], matchIndex: (node: NodeId) => LogIndex): LogIndex => {
  const majority = majorityOf(voters.length);
  let held = 0;
  for (const voter of voters) {
    const index = matchIndex(voter);
    if (index <= held) continue;
    let count = 0;
    for (const other of voters) if (matchIndex(other) >= index) count++;
    if (count >= majority) held = index;
  }
  return held;
};

/** The rules as Ongaro has them. */
export const raftRules: RaftRules = {
  storesVote: () => true,
  isUpToDate: (candidate, own) =>
    candidate.term > own.term || (candidate.term === own.term && candidate.index >= own.index),
  endForVote: (last) => last,
  mayVote: ({ isTransfer, isLoyal }) => isTransfer || !isLoyal,
  preVotes: (isTransfer) => !isTransfer,
  preVoteReplyTerm: (voteGranted, asked, own) => (voteGranted ? asked : own),
  preVoteRaisesTerm: () => false,
  countsVote: ({ isPreVote, term, role, currentTerm }) =>
    isPreVote ? role === "pre-candidate" && term === currentTerm + 1 : role === "candidate" && term === currentTerm,
  givesWay: (candidate, self) => candidate < self,
  checksQuorum: () => true,
  isSignOfLeader: (kind) => kind === "AppendEntries" || kind === "InstallSnapshot",
  heldByQuorum: ({ voters, votersOutgoing }, matchIndex) => {
    const held = majorityAmong(voters, matchIndex);
    return votersOutgoing.length === 0 ? held : Math.min(held, majorityAmong(votersOutgoing, matchIndex));
  },
  hasQuorum,
  mayCommit: (entryTerm, currentTerm) => entryTerm === currentTerm,
  followerCommit: (leaderCommit, lastNew) => Math.min(leaderCommit, lastNew),
  mayApply: (commitIndex) => commitIndex,
  appliedAfterPage: (pageEnd) => pageEnd,
  countsItself: (storedIndex) => storedIndex,
  countsStored: (noticeTerm, currentTerm) => noticeTerm === currentTerm,
  storedAfter: (known, notice) => Math.max(known, notice),
  storedAfterCut: (known, end) => Math.min(known, end),
  acknowledgesEarly: () => false,
  conflicts: (ownTerm, leaderTerm) => ownTerm !== leaderTerm,
  countsReply: (replyTerm, currentTerm) => replyTerm === currentTerm,
  matchesBelowSnapshot: () => true,
  nextAfterRefusal: (hint, matchIndex) => Math.max(matchIndex, hint) + 1,
  packsOn: (isFull) => !isFull,
  refusesInTransfer: () => true,
  mayHandOver: (matchIndex, lastLogIndex) => matchIndex === lastLogIndex,
  mayChangeMembers: (committedInTerm) => committedInTerm,
  isChanging: (isOpen, latestIndex, commitIndex) => isOpen || latestIndex > commitIndex,
  goesJoint: () => true,
  jointToLeave: (latest, committed) => (latest === committed && isJoint(latest.configuration) ? latest : null),
  rollsBackConfiguration: () => true,
  readsAskQuorum: () => true,
  mayRead: (committedInTerm) => committedInTerm,
  answersRead: (lastApplied, readIndex) => lastApplied >= readIndex,
  isOwnRead: (asked, incarnation) => asked === incarnation,
  leaseClock: () => "monotonic",
  mayHasten: (leaseOwed) => !leaseOwed,
  installs: (lastIncludedIndex, commitIndex) => lastIncludedIndex > commitIndex,
};

/** The rules as in figure 2 of the paper: no pre-vote, no loyalty to a leader that is there, no check of the quorum. */
export const figure2Rules: Partial<RaftRules> = {
  preVotes: () => false,
  mayVote: () => true,
  checksQuorum: () => false,
};
