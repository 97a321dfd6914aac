import type { NodeId } from "../../../model/index.ts";
import { type RaftRules, raftRules } from "./raft-rules.ts";

/** How a server paces itself, and how much it lets wait. Times are milliseconds on its own clock. */
export interface RaftOptions<Command> {
  /** Who votes at first; all processes when absent. A process that is to join later starts with none. */
  readonly voters?: readonly NodeId[];
  /** Who learns at first. */
  readonly learners?: readonly NodeId[];
  /** The shortest election timeout; the longest is twice that. */
  readonly electionTimeoutMs?: number;
  /** Time between two heartbeats. */
  readonly heartbeatMs?: number;
  /**
   * How long a leader waits for entries that take news of a higher commit index along, before it sends that by itself.
   * Followers know it so much later; with 0, the default, each commit costs a message to each of them, and its answer.
   * With null it goes with the next entries or the next heartbeat, as Ongaro has it, and costs nothing. Who asks the leader
   * waits for none of this, and linearizable reads at followers bring the news along.
   */
  readonly commitPatienceMs?: number | null;
  /** How large a command counts, in bytes. Without it each counts as 1. */
  readonly bytesOf?: (command: Command) => number;
  /** The most entries in one message. */
  readonly entriesPerMessageMax?: number;
  /** The most bytes of entries in one message; a single larger entry goes alone. */
  readonly bytesPerMessageMax?: number;
  /** The most messages with entries under way to one follower. */
  readonly inflightMessagesMax?: number;
  /** The most bytes of entries under way to one follower. */
  readonly inflightBytesMax?: number;
  /** The most entries of a leader that are not committed: what comes then is refused. */
  readonly tailEntriesMax?: number;
  /** The most bytes of them. */
  readonly tailBytesMax?: number;
  /** The most entries that one step hands to the user. */
  readonly appliedPerStepMax?: number;
  /** The most bytes of them; a single larger entry goes alone. */
  readonly appliedBytesPerStepMax?: number;
  /** More bytes than these are not applied in the step that stores entries, which would wait for it: but in the next one. */
  readonly appliedBeforeStoreBytesMax?: number;
  /** Entries that stay in the log behind a snapshot, for followers that are a little behind. */
  readonly entriesKept?: number;
  /** The most bytes of them. */
  readonly bytesKept?: number;
  /** The same while a snapshot is under way to a follower, which will need the entries after it. */
  readonly entriesKeptInTransfer?: number;
  /** Chunks of a snapshot under way to one follower. */
  readonly chunksInFlightMax?: number;
  /** The most reads that wait at one process. */
  readonly readsMax?: number;
  /** A leader whose writes are not durable after this time steps down. */
  readonly diskPatienceMs?: number;
  /** How long those that are to vote may take to catch up. */
  readonly catchUpMs?: number;
  /** How many entries behind counts as caught up. */
  readonly catchUpEntries?: number;
  /**
   * How far apart those stand for election that see their leader's session end, each at its place among the voters; null:
   * they wait as if nothing had been seen.
   */
  readonly hastyStepMs?: number | null;
  /**
   * Reads without a question to the others while a lease lasts. Linearizable only as long as no two clocks of voters
   * differ in rate by more than `partsPerMillion`, which nobody checks. Null: every read asks.
   */
  readonly lease?: { readonly partsPerMillion: number } | null;
  /** Rules that are changed. */
  readonly rules?: Partial<RaftRules>;
}

/** Options without gaps. */
export interface Settings extends Required<Omit<RaftOptions<unknown>, "rules" | "voters" | "learners">> {
  readonly rules: RaftRules;
  readonly voters: readonly NodeId[] | null;
  readonly learners: readonly NodeId[];
}

/** Options with their defaults. */
export const settingsOf = <Command>(options: RaftOptions<Command>): Settings => {
  const { rules, bytesOf, voters, learners, ...others } = options;
  const electionTimeoutMs = options.electionTimeoutMs ?? 150;
  return {
    electionTimeoutMs,
    heartbeatMs: 50,
    commitPatienceMs: 0,
    entriesPerMessageMax: 1_024,
    bytesPerMessageMax: 1 << 20,
    inflightMessagesMax: 256,
    inflightBytesMax: 8 << 20,
    tailEntriesMax: 100_000,
    tailBytesMax: 64 << 20,
    appliedPerStepMax: 1_000,
    appliedBytesPerStepMax: 1 << 20,
    appliedBeforeStoreBytesMax: 16 << 10,
    entriesKept: 5_000,
    bytesKept: 8 << 20,
    entriesKeptInTransfer: 200_000,
    chunksInFlightMax: 4,
    readsMax: 100_000,
    diskPatienceMs: 10 * electionTimeoutMs,
    catchUpMs: 10_000,
    catchUpEntries: 100,
    hastyStepMs: 10,
    lease: null,
    ...others,
    bytesOf: (bytesOf ?? (() => 1)) as (command: unknown) => number,
    voters: voters ?? null,
    learners: learners ?? [],
    rules: { ...raftRules, ...rules },
  };
};
