import type { IO, Log, NodeId } from "../../../model/index.ts";
import type { Sessions } from "../../links/session-link.ts";
import type { Configuration, MembershipChange } from "./configuration.ts";
import type { CheckedChunk, Entry, RaftMessage, RemoteRead, SnapshotHead } from "./messages.ts";
import type { LogIndex, ReplicatedLog, RequestId, Role, Term } from "./replicated-log.ts";

/** What must survive a crash besides the log. */
export interface TermAndVote {
  readonly term: Term;
  readonly votedFor: NodeId | null;
}

/** A snapshot on disk: its chunks lie in the log of chunks from position `from` on. */
export interface StoredSnapshot {
  readonly head: SnapshotHead;
  readonly from: number;
}

/** AppendEntries under way to one follower. */
interface Inflight {
  readonly lastIndex: LogIndex;
  readonly bytes: number;
}

/** Chunks under way to one follower. */
export interface Transfer {
  readonly snapshot: StoredSnapshot;
  /** The next chunk to send. */
  next: number;
  /** The follower has all chunks below. */
  acknowledged: number;
  /** What was acknowledged at the last heartbeat: no progress since means that something was lost. */
  acknowledgedBefore: number;
}

/** What a leader knows of another server. */
export interface Progress {
  readonly node: NodeId;
  /** `probe`: one message at a time, until the logs are known to match; then `replicate`: ahead of the replies. */
  phase: "probe" | "replicate" | "snapshot";
  nextIndex: LogIndex;
  matchIndex: LogIndex;
  /** Probing: it was asked and has not answered. */
  awaits: boolean;
  /** It answered since the last check of the quorum. */
  isActive: boolean;
  /** The next flush sends it something, be it nothing new. */
  heartbeatDue: boolean;
  /** The highest commit index that it was told, and the last round. */
  commitSent: LogIndex;
  roundSent: number;
  roundAcknowledged: number;
  readonly inflight: Inflight[];
  inflightBytes: number;
  transfer: Transfer | null;
}

/** Reads that share one round: all of them came before it began. */
export interface ReadBatch {
  readonly round: number;
  readonly readIndex: LogIndex;
  readonly ids: readonly RequestId[];
  readonly remote: readonly RemoteRead[];
}

/** A change of members that this leader was asked for. */
export interface OpenChange {
  readonly id: RequestId;
  readonly change: MembershipChange;
  /** Waits for new voters to catch up; null once the change itself lies in the log. */
  waitsFor: readonly NodeId[] | null;
}

/** What only a leader has. */
export interface Leading {
  /** By id; null for itself and for processes that are no members. */
  progress: (Progress | null)[];
  /** Index of its no-op. Until that is committed it does not know what is. */
  readonly firstIndex: LogIndex;
  /** It asked to be told when the log is durable up to here. */
  storeAsked: LogIndex;
  /** Entries and bytes that are not committed. */
  tailBytes: number;
  /** News of the commit index waits for entries to go with; or it has waited long enough. */
  commitNews: "none" | "waits" | "due";
  round: number;
  /** When each round that is not confirmed began, for leases only. */
  readonly roundStarts: { readonly round: number; readonly at: number }[];
  /** Milliseconds on its monotonic clock. */
  leaseUntil: number;
  /** No lease any more in this term: somebody may stand for election with the leader's own blessing. */
  leaseForfeited: boolean;
  queuedIds: RequestId[];
  queuedRemote: RemoteRead[];
  readonly batches: ReadBatch[];
  change: OpenChange | null;
  transfer: { readonly id: RequestId; readonly to: NodeId; sent: boolean } | null;
}

/** A snapshot that the user is saving. */
interface Saving {
  readonly index: LogIndex;
  readonly from: number;
  count: number;
  checksum: number;
}

/** The configuration that is in force from an index on. */
export interface ConfigurationAt {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

/** The volatile state of a server; term, vote, log and snapshots are on disk. */
export interface RaftState {
  role: Role;
  /** As on disk. */
  currentTerm: Term;
  votedFor: NodeId | null;
  leader: NodeId | null;
  commitIndex: LogIndex;
  /** Indicated up to here. */
  lastApplied: LogIndex;
  /** As on disk, of the snapshot that is complete; 0 without one. */
  lastIncludedIndex: LogIndex;
  lastIncludedTerm: Term;
  /**
   * The last entry that was forgotten. Its term stays known: entries that are kept behind an older snapshot for a follower
   * that was just sent it begin right after it, and without its term they could not be sent.
   */
  forgotten: { readonly index: LogIndex; readonly term: Term };
  /** The own log is known to be durable up to here: what a leader may count for itself. */
  storedIndex: LogIndex;
  /** All configurations in the log and the one before it, oldest first. The last one is in force, committed or not. */
  configurations: ConfigurationAt[];
  /** A leader was heard of within the shortest election timeout: nobody else is voted for. */
  isLoyal: boolean;
  /** In an election: who granted the vote. */
  votesGranted: NodeId[];
  /** This election was asked for by the leader. */
  isTransfer: boolean;
  leading: Leading | null;
  /** Reads of this process that have no answer. */
  readsOpen: number;
  /** Reads of this process that are asked of the leader, by the serial number of the question. */
  asked: { readonly serial: number; readonly leader: NodeId; readonly ids: readonly RequestId[] }[];
  toAsk: RequestId[];
  serial: number;
  /** Reads that wait for the state to be new enough. */
  confirmed: { readonly readIndex: LogIndex; readonly ids: readonly RequestId[] }[];
  /** Next chunk of the snapshot to hand to the user; null when it has all. */
  handover: number | null;
  saving: Saving | null;
  /** What was said of the leadership last. */
  said: { readonly role: Role; readonly term: Term; readonly leader: NodeId | null };
}

/** The module's types. */
export interface RaftSpec<Command, Chunk> {
  provides: ReplicatedLog<Command, Chunk>;
  uses: { sessions: Sessions<RaftMessage<Command, Chunk>> };
  state: RaftState;
  disk: {
    termAndVote: TermAndVote;
    entries: Log<Entry<Command>>;
    snapshot: StoredSnapshot | null;
    /** The snapshot that a leader is sending, as far as it came. */
    incoming: StoredSnapshot | null;
    chunks: Log<CheckedChunk<Chunk>>;
  };
  timers: {
    /** No leader was heard of for the shortest election timeout. */
    silence: [];
    election: [];
    heartbeat: [];
    /** News of a higher commit index waited long enough for entries to go with. */
    commit: [];
    quorum: [];
    transfer: [];
    catchUp: [];
    /** The disk did not finish in time. */
    disk: [];
    /** More to indicate than one step may. */
    apply: [];
    /** A question to the leader was not answered. */
    read: [serial: number];
  };
  later: { stored: [term: Term, index: LogIndex]; saved: [index: LogIndex] };
}

/** Commands and chunks are none of Raft's business: inside the protocol they are opaque. */
export type RaftIO = IO<RaftSpec<unknown, unknown>>;
