import type { NodeId } from "../../../model/index.ts";
import { isVoter, membersOf } from "./configuration.ts";
import { append, configurationOfServer, endOfCommitted, endOfLog, lastLogIndex } from "./log.ts";
import type { RequestVote, RequestVoteReply, TimeoutNow } from "./messages.ts";
import { trackMembers } from "./progress.ts";
import type { Settings } from "./raft-options.ts";
import type { RaftIO, RaftState } from "./raft-state.ts";
import { awaitElection, becomeFollower, enterTerm, sayLeadership } from "./roles.ts";

const askForVotes = (s: RaftState, io: RaftIO, kind: RequestVote["kind"]): void => {
  const { index: lastLogIndex, term: lastLogTerm } = endOfLog(s, io);
  const term = kind === "RequestVote" ? s.currentTerm : s.currentTerm + 1;
  const { voters, votersOutgoing } = configurationOfServer(s);
  for (const node of membersOf({ voters, votersOutgoing, learners: [] }))
    if (node !== io.self) io.sessions.send(node, { kind, term, lastLogIndex, lastLogTerm, isTransfer: s.isTransfer });
};

/** Leads: first it commits an entry of its own term, and with it everything before (8). */
const becomeLeader = (s: RaftState, io: RaftIO, settings: Settings): void => {
  s.role = "leader";
  s.leader = io.self;
  s.isLoyal = true;
  s.votesGranted = [];
  io.timers.election.cancel();
  io.timers.silence.cancel();
  let tailBytes = 0;
  for (let index = Math.max(s.lastApplied, s.lastIncludedIndex) + 1; index <= lastLogIndex(io); index++) {
    const entry = io.disk.entries.at(index);
    tailBytes += entry.kind === "command" ? settings.bytesOf(entry.command) : 0;
  }
  s.leading = {
    progress: [],
    firstIndex: lastLogIndex(io) + 1,
    storeAsked: 0,
    tailBytes,
    commitNews: "none",
    round: 0,
    roundStarts: [],
    leaseUntil: 0,
    leaseForfeited: false,
    queuedIds: [],
    queuedRemote: [],
    batches: [],
    change: null,
    transfer: null,
  };
  trackMembers(s, io);
  append(s, io, { kind: "no-op", term: s.currentTerm });
  io.timers.heartbeat.set(settings.heartbeatMs);
  io.timers.quorum.set(settings.electionTimeoutMs);
  sayLeadership(s, io);
};

const countVotes = (s: RaftState, io: RaftIO, settings: Settings): void => {
  if (!settings.rules.hasQuorum(configurationOfServer(s), (node) => s.votesGranted.includes(node))) return;
  if (s.role === "pre-candidate") campaign(s, io, settings);
  else becomeLeader(s, io, settings);
};

/** Stands in a new term, and votes for itself. */
const campaign = (s: RaftState, io: RaftIO, settings: Settings): void => {
  s.role = "candidate";
  s.leader = null;
  enterTerm(s, io, settings, s.currentTerm + 1, io.self);
  s.votesGranted = [io.self];
  sayLeadership(s, io);
  awaitElection(io, settings);
  askForVotes(s, io, "RequestVote");
  countVotes(s, io, settings);
};

/** Asks first whether it could win: no term is spent on an election that nobody wants (9.6). */
const preCampaign = (s: RaftState, io: RaftIO, settings: Settings): void => {
  s.role = "pre-candidate";
  s.leader = null;
  s.votesGranted = [io.self];
  sayLeadership(s, io);
  awaitElection(io, settings);
  askForVotes(s, io, "RequestPreVote");
  countVotes(s, io, settings);
};

/**
 * Voters stand for election, and those whom a change removes as long as they do not know that it is committed: who is to
 * stay may lack that very entry, and then nobody else could win (4.2.2). Their own vote does not count.
 */
const mayStand = (s: RaftState, io: RaftIO): boolean => {
  const { configurations, commitIndex } = s;
  for (let at = configurations.length - 1; at >= 0; at--) {
    if (isVoter(configurations[at]!.configuration, io.self)) return true;
    if (configurations[at]!.index <= commitIndex) return false;
  }
  return false;
};

/** The time to stand for election has come. */
export const standForElection = (s: RaftState, io: RaftIO, settings: Settings): void => {
  s.isLoyal = false;
  if (!mayStand(s, io)) return awaitElection(io, settings);
  if (settings.rules.preVotes(s.isTransfer)) preCampaign(s, io, settings);
  else campaign(s, io, settings);
};

/** The leader hands over: this server stands at once, without asking first. */
export const onTimeoutNow = (s: RaftState, io: RaftIO, settings: Settings, { term }: TimeoutNow): void => {
  if (term !== s.currentTerm || s.role !== "follower") return io.note("too late to take over", term);
  io.mark("stands because the leader hands over");
  s.isTransfer = true;
  standForElection(s, io, settings);
};

/** Another server asks for a vote, or whether it would get one. */
export const onRequestVote = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  candidate: NodeId,
  { kind, term, lastLogIndex, lastLogTerm, isTransfer }: RequestVote,
): void => {
  const { rules } = settings;
  const isPreVote = kind === "RequestPreVote";
  const isNew = isPreVote ? term > s.currentTerm : term === s.currentTerm;
  const isFree = isPreVote || s.votedFor === null || s.votedFor === candidate;
  const isVoting = isVoter(configurationOfServer(s), io.self);
  const own = rules.endForVote(endOfLog(s, io), endOfCommitted(s, io));
  const voteGranted =
    isNew &&
    isFree &&
    rules.mayVote({ isTransfer, isLoyal: s.isLoyal, isVoter: isVoting }) &&
    rules.isUpToDate({ index: lastLogIndex, term: lastLogTerm }, own);
  // Two that stand at once and promise each other their votes would both go on, and split them: the later one gives way.
  if (voteGranted && isPreVote && s.role === "pre-candidate" && rules.givesWay(candidate, io.self))
    becomeFollower(s, io, settings, s.currentTerm, null);
  if (voteGranted && !isPreVote) {
    if (s.votedFor === null) enterTerm(s, io, settings, term, candidate);
    s.isLoyal = false;
    awaitElection(io, settings);
  }
  io.sessions.send(candidate, {
    kind: isPreVote ? "RequestPreVoteReply" : "RequestVoteReply",
    term: isPreVote ? rules.preVoteReplyTerm(voteGranted, term, s.currentTerm) : s.currentTerm,
    voteGranted,
  });
};

/** A vote, or its promise. */
export const onRequestVoteReply = (
  s: RaftState,
  io: RaftIO,
  settings: Settings,
  voter: NodeId,
  { kind, term, voteGranted }: RequestVoteReply,
): void => {
  const isPreVote = kind === "RequestPreVoteReply";
  const { role, currentTerm } = s;
  if (!voteGranted || s.votesGranted.includes(voter)) return;
  if (!settings.rules.countsVote({ isPreVote, term, role, currentTerm })) return io.note("of an election that is over");
  s.votesGranted.push(voter);
  countVotes(s, io, settings);
};

/** A leader without a quorum for an election timeout is none: its clients should ask somebody else. */
export const checkQuorum = (s: RaftState, io: RaftIO, settings: Settings): void => {
  const { leading } = s;
  if (leading === null) return;
  io.timers.quorum.set(settings.electionTimeoutMs);
  const isReached = settings.rules.hasQuorum(
    configurationOfServer(s),
    (node) => node === io.self || leading.progress[node]?.isActive === true,
  );
  if (!isReached && settings.rules.checksQuorum()) {
    io.mark("steps down without a quorum");
    return becomeFollower(s, io, settings, s.currentTerm, null);
  }
  for (const progress of leading.progress) if (progress !== null) progress.isActive = false;
};
