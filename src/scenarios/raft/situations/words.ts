import type { NodeId } from "../../../model/index.ts";
import type { Configuration, Entry, RaftMessage, RaftState } from "../../../protocols/index.ts";

/** What servers of a play say to each other. */
export type Message = RaftMessage<string, readonly string[]>;

/** The name of a server. */
export const nameOf = (node: NodeId): string => `s${node + 1}`;

/** Names of servers, in order. */
export const namesOf = (nodes: readonly NodeId[]): string => nodes.map(nameOf).join(" ");

/** `s1 s2`, of a joint configuration `s1 s2, before s1 s3`, with learners `s1 s2, learners s4`. */
export const membersText = ({ voters, votersOutgoing, learners }: Configuration): string =>
  [
    namesOf(voters),
    ...(votersOutgoing.length === 0 ? [] : [`before ${namesOf(votersOutgoing)}`]),
    ...(learners.length === 0 ? [] : [`learners ${namesOf(learners)}`]),
  ].join(", ");

const contentText = (entry: Entry<string>): string => {
  if (entry.kind === "command") return entry.command;
  return entry.kind === "no-op" ? "-" : `[${membersText(entry.configuration)}]`;
};

/** Entries as `index/term content`. */
const entriesText = (entries: readonly Entry<string>[], prevLogIndex: number): string =>
  entries.map((entry, at) => `${prevLogIndex + 1 + at}/${entry.term} ${contentText(entry)}`).join(", ");

const appendText = (m: Extract<Message, { kind: "AppendEntries" }>): string => {
  const entries = m.entries.length === 0 ? "" : `: ${entriesText(m.entries, m.prevLogIndex)}`;
  const round = m.round === 0 ? "" : `; round ${m.round}`;
  return `after ${m.prevLogIndex}/${m.prevLogTerm}${entries}; commit ${m.leaderCommit}${round}`;
};

const partsOf = (m: Message): string => {
  switch (m.kind) {
    case "RequestVote":
    case "RequestPreVote":
      return `log ends ${m.lastLogIndex}/${m.lastLogTerm}${m.isTransfer ? ", with the leader's blessing" : ""}`;
    case "RequestVoteReply":
    case "RequestPreVoteReply":
      return m.voteGranted ? "granted" : "refused";
    case "AppendEntries":
      return appendText(m);
    case "AppendEntriesReply":
      return m.success
        ? `match ${m.matchIndex}${m.round === 0 ? "" : `; round ${m.round}`}`
        : `no match at ${m.matchIndex}, try ${m.hintIndex}/${m.hintTerm}`;
    case "InstallSnapshot":
      return `of ${m.head.lastIncludedIndex}/${m.head.lastIncludedTerm}, chunk ${m.number + 1} of ${m.head.chunks}`;
    case "InstallSnapshotReply":
      return `of ${m.lastIncludedIndex}, next is chunk ${m.next + 1}`;
    case "TimeoutNow":
      return "stand at once";
    case "ReadIndex":
      return `question ${m.serial}`;
    case "ReadIndexReply":
      return `question ${m.serial}: ${m.readIndex === null ? "no leader" : m.readIndex}`;
  }
};

/** A message in one line: kind, term, what it says. Places in the log are written index/term. */
export const messageText = (m: Message): string => `${m.kind} t${m.term} ${partsOf(m)}`;

/** What a server is, in a sentence without its subject. */
export const roleText = ({ role, currentTerm, leader }: Pick<RaftState, "role" | "currentTerm" | "leader">): string => {
  if (role === "leader") return `leads in term ${currentTerm}`;
  if (role !== "follower") return `is a ${role} in term ${currentTerm}`;
  return `follows ${leader === null ? "nobody" : nameOf(leader)} in term ${currentTerm}`;
};
