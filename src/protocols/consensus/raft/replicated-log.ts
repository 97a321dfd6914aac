import type { NodeId, Port } from "../../../model/index.ts";
import type { Configuration, MembershipChange } from "./configuration.ts";

/** A period that begins with an election and has at most one leader. Terms only grow. */
export type Term = number & { readonly brand?: "Term" };

/** A place in the log. The first entry has index 1; 0 is before every entry. */
export type LogIndex = number & { readonly brand?: "LogIndex" };

/**
 * What the user of the log calls a request, to know its answer again. Unique among the requests of this process that
 * are open; it leaves the process only in the head of its user.
 */
export type RequestId = number & { readonly brand?: "RequestId" };

/**
 * Why a request was not taken. It certainly had no effect, and never will have one by itself.
 *
 * - `not leader`: ask the leader, if one is named.
 * - `overloaded`: as much as may wait to be committed waits; ask again later.
 * - `transferring`: the leader is handing over; the one to come is named.
 * - `busy`: another change of members, or another transfer, is under way.
 * - `too early`: a new leader has not committed anything in its term yet.
 * - `impossible`: a change to no voter at all, or to a process that is unknown; a transfer to one that does not vote.
 * - `lags`: the process that was to vote or to lead did not catch up in time.
 */
export type Refusal = "not leader" | "overloaded" | "transferring" | "busy" | "too early" | "impossible" | "lags";

/** What a process is at the moment. A learner is a follower that never stands for election. */
export type Role = "follower" | "pre-candidate" | "candidate" | "leader";

/**
 * A log that every replica sees in one and the same order, and that survives the crash of any minority.
 *
 * **Proposals.** `propose` is answered by `refused` (it certainly did not happen) or by `appended(id, index, term)`: it
 * lies in this leader's log and *may* come to be committed. What becomes of it shows when `index` is committed: with the
 * same term it is this command, with another term this command certainly never is at any index. A process that loses
 * its leadership knows no more than that, and its user should go on listening; after a crash nobody knows.
 *
 * **Applying.** `committed` indicates every index once in an incarnation, in order and without gaps, from the index after
 * the last snapshot that was restored. So after a restart the user starts empty, is handed the snapshot on disk by
 * `restored` (if there is one), and then hears of the entries after it again.
 *
 * **Reading.** `readReady` comes after everything was indicated that was committed when `read` was asked: a user that
 * applies entries as they are indicated may answer the read from its state at once, and the answer is linearizable.
 *
 * **Snapshots.** Both ways a snapshot is a sequence of chunks of plain data, numbered from 0, the last one marked. The
 * user saves one by `saveSnapshot`, as slowly as it likes: the chunks of one index follow each other, and those of
 * another index begin anew. Chunks are the user's own slices of a view that stands still at that index; one should be at
 * most some 64 KiB. Once the last one is durable the log before that index may be forgotten. `restored` hands chunks back,
 * each in a step of its own: number 0 means to forget all state, and after the last one the state is the one at `index`.
 * Nothing is committed, and no read answered, while a snapshot is being handed over.
 *
 * The user of the log must write nothing to disk itself in the steps of these handlers if it wants the leader's parallel
 * disk write to stay parallel: its messages would wait for those writes.
 *
 * Source: Ongaro and Ousterhout 2014, In Search of an Understandable Consensus Algorithm; Ongaro 2014, Consensus:
 * Bridging Theory and Practice.
 */
export interface ReplicatedLog<Command, Chunk> extends Port {
  readonly requests: {
    /** Asks the leader, which must be this process, to append a command. */
    readonly propose: (id: RequestId, command: Command) => void;
    /** Asks when the state at this process will be at least as new as everything that was committed by now. */
    readonly read: (id: RequestId) => void;
    /** Asks this leader to make another voter the leader. It refuses proposals meanwhile, for one election timeout at most. */
    readonly transferLeadership: (id: RequestId, to: NodeId) => void;
    /** Asks this leader to change who takes part: one change at a time, by joint consensus. */
    readonly changeMembers: (id: RequestId, change: MembershipChange) => void;
    /** Chunk `number` of a snapshot of the state right after `index`, which must have been committed here. */
    readonly saveSnapshot: (index: LogIndex, number: number, chunk: Chunk, isLast: boolean) => void;
  };
  readonly indications: {
    /** The proposal lies in the log of the leader, this process. It is not committed yet. */
    readonly appended: (id: RequestId, index: LogIndex, term: Term) => void;
    /** The request had no effect. Where a leader is known it is named. */
    readonly refused: (id: RequestId, reason: Refusal, leader: NodeId | null) => void;
    /** The next index is committed. Null where it holds no command: the leader's first entry, or a change of members. */
    readonly committed: (index: LogIndex, term: Term, command: Command | null) => void;
    /** Everything up to `index` was indicated, and that is new enough for the read. */
    readonly readReady: (id: RequestId, index: LogIndex) => void;
    /** The next chunk of a snapshot of the state right after `index`. */
    readonly restored: (index: LogIndex, number: number, chunk: Chunk, isLast: boolean) => void;
    /** A snapshot of `index` that this process saved is complete and durable. */
    readonly snapshotSaved: (index: LogIndex) => void;
    /** This process has another role, or knows of another term or leader, than it said last. */
    readonly leadership: (role: Role, term: Term, leader: NodeId | null) => void;
    /** Another configuration is in force at this process. It need not be committed, and may be taken back. */
    readonly membership: (configuration: Configuration, index: LogIndex) => void;
    /** A change of members that was asked for here is committed, and no longer joint. */
    readonly membersChanged: (id: RequestId, index: LogIndex) => void;
  };
}

/** Handlers for all that a log says, which do nothing: whoever uses one spreads them, and states what it heeds. */
export const logIgnored: { readonly [Name in keyof ReplicatedLog<never, never>["indications"]]: () => void } = {
  appended: () => undefined,
  refused: () => undefined,
  committed: () => undefined,
  readReady: () => undefined,
  restored: () => undefined,
  snapshotSaved: () => undefined,
  leadership: () => undefined,
  membership: () => undefined,
  membersChanged: () => undefined,
};
