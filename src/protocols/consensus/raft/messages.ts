import type { NodeId } from "../../../model/index.ts";
import type { Configuration } from "./configuration.ts";
import type { LogIndex, Term } from "./replicated-log.ts";

/** What is in the log. The leader's first entry of a term is a no-op: by committing it, it commits what was before. */
export type Entry<Command> =
  | { readonly kind: "command"; readonly term: Term; readonly command: Command }
  | { readonly kind: "no-op"; readonly term: Term }
  | { readonly kind: "configuration"; readonly term: Term; readonly configuration: Configuration };

/** What a snapshot is, without its chunks. */
export interface SnapshotHead {
  readonly lastIncludedIndex: LogIndex;
  readonly lastIncludedTerm: Term;
  /** The configuration in force at that index. */
  readonly configuration: Configuration;
  readonly chunks: number;
  /** Over the checksums of all chunks: two replicas may cut the same state differently. */
  readonly checksum: number;
}

/** A chunk with its checksum, as it lies on disk and travels. */
export interface CheckedChunk<Chunk> {
  readonly chunk: Chunk;
  readonly checksum: number;
}

/** Asks for a vote. A pre-vote asks whether one would be given, for the term that it names, and changes nothing. */
export interface RequestVote {
  readonly kind: "RequestVote" | "RequestPreVote";
  readonly term: Term;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
  /** The leader itself asked for this election: no loyalty to it stands against it. */
  readonly isTransfer: boolean;
}

/** The answer to either. */
export interface RequestVoteReply {
  readonly kind: "RequestVoteReply" | "RequestPreVoteReply";
  /** Of a pre-vote that is granted the term that was asked for, or the candidate would take the answer for an old one. */
  readonly term: Term;
  readonly voteGranted: boolean;
}

/** Entries, or none: a heartbeat. */
export interface AppendEntries<Command> {
  readonly kind: "AppendEntries";
  readonly term: Term;
  readonly prevLogIndex: LogIndex;
  readonly prevLogTerm: Term;
  readonly entries: readonly Entry<Command>[];
  readonly leaderCommit: LogIndex;
  /** Counts the times that this leader asked whether it still is one. The reply names it. */
  readonly round: number;
}

/**
 * The answer. Where `success` is true the follower's log is the leader's up to `matchIndex`. Where not, `matchIndex` is the
 * `prevLogIndex` that did not match, and the two logs cannot match above `hintIndex`, where the follower has `hintTerm`.
 */
export interface AppendEntriesReply {
  readonly kind: "AppendEntriesReply";
  readonly term: Term;
  readonly success: boolean;
  readonly matchIndex: LogIndex;
  readonly hintIndex: LogIndex;
  readonly hintTerm: Term;
  readonly round: number;
}

/** One chunk of a snapshot. */
export interface InstallSnapshot<Chunk> {
  readonly kind: "InstallSnapshot";
  readonly term: Term;
  readonly head: SnapshotHead;
  readonly number: number;
  readonly checked: CheckedChunk<Chunk>;
}

/** Which chunk of which snapshot the follower wants next: where it left off, or 0. */
export interface InstallSnapshotReply {
  readonly kind: "InstallSnapshotReply";
  readonly term: Term;
  readonly lastIncludedIndex: LogIndex;
  readonly checksum: number;
  readonly next: number;
}

/** Stand for election at once: the leader hands over. */
export interface TimeoutNow {
  readonly kind: "TimeoutNow";
  readonly term: Term;
}

/** A follower asks for a read index. Its incarnation keeps it from taking the answer to an earlier life's question. */
export interface ReadIndex {
  readonly kind: "ReadIndex";
  readonly term: Term;
  readonly incarnation: number;
  readonly serial: number;
}

/** Whatever was committed when the question came is at or below `readIndex`; null when this is no leader. */
export interface ReadIndexReply {
  readonly kind: "ReadIndexReply";
  readonly term: Term;
  readonly incarnation: number;
  readonly serial: number;
  readonly readIndex: LogIndex | null;
}

/** Everything that servers say to each other. */
export type RaftMessage<Command, Chunk> =
  | RequestVote
  | RequestVoteReply
  | AppendEntries<Command>
  | AppendEntriesReply
  | InstallSnapshot<Chunk>
  | InstallSnapshotReply
  | TimeoutNow
  | ReadIndex
  | ReadIndexReply;

/** Who asked for a read index: this process itself, or another, with its question. */
export interface RemoteRead {
  readonly from: NodeId;
  readonly incarnation: number;
  readonly serial: number;
}
