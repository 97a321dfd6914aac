import type { NodeId } from "../model/index.ts";
import type { Configuration, Role, Term } from "../protocols/index.ts";
import type { CommandRun, Entry } from "./entry.ts";
import { type HashReports, noReports } from "./hash-reports.ts";
import type { OperatorAction } from "./replica-port.ts";

/** A run of commands, and who sent it. */
export interface Sent {
  readonly client: number;
  readonly run: CommandRun;
}

/** Who waits for the end of an entry. */
export type Waiting =
  | { readonly kind: "open"; readonly client: number; readonly token: number; term: Term }
  | { readonly kind: "execute"; readonly sent: readonly Sent[]; readonly commands: number; term: Term };

/** Queries that a client sent together. */
export interface Asked<Query> {
  readonly client: number;
  readonly ids: readonly number[];
  readonly queries: readonly Query[];
}

/** Queries of one message that the machine is answering. */
export interface Answering<Result> {
  readonly client: number;
  readonly ids: readonly number[];
  /** Whole answers so far, and whose they are. */
  readonly answered: number[];
  readonly results: Result[];
  /** How many have no answer at all yet. */
  open: number;
}

/** A query that the machine is answering, in this step or in parts. */
export interface AskedOne<Result> {
  readonly id: number;
  readonly among: Answering<Result>;
  /** Parts of the answer that were sent. */
  parts: number;
}

/** All that a replica knows beside the machine's own state; after a crash the log says it again. */
export interface ReplicaState<Query, Result> {
  role: Role;
  term: Term;
  leader: NodeId | null;
  /** The service's time: the last that was seen in the log, and what the leader counted since. */
  timeMs: number;
  /** The time that the last entry carried. */
  carriedMs: number;
  /** The last request to a port below. */
  lastId: number;
  applied: number;
  /** Commands are refused: the disk is nearly full. */
  isFull: boolean;
  /** Commands that came since the last entry was made. */
  sent: Sent[];
  /** How many commands there are in those, in `proposed` and in `waiting`. */
  commands: number;
  /** Proposals that are not in the log yet, by their request. */
  proposed: Map<number, Waiting>;
  /** Those that are, by index. */
  waiting: Map<number, Waiting>;
  /** Linearizable queries that came since the log was asked last. */
  batch: Asked<Query>[];
  /** Batches for which the log was asked, by request. */
  reading: Map<number, readonly Asked<Query>[]>;
  /** How many there are in all batches. */
  queries: number;
  asking: Map<number, AskedOne<Result>>;
  /** Clients that asked here for what the leader alone gives: they are told as soon as there is another one. */
  seeking: Set<number>;
  /** Entries that were applied, each counted as many as it has commands; and how many when the last snapshot was begun. */
  weight: number;
  snapshotWeight: number;
  /** Index of the last snapshot that is durable, and of the one that is being made. */
  snapshotAt: number;
  takingAt: number | null;
  /** Chunks of the last snapshot that was made or restored: how large the state is. */
  chunks: number;
  readonly hashes: HashReports;
  commit: number;
  configuration: Configuration;
  /** Operations under way, by request to the log, and where they are in the log, by index. */
  operating: Map<number, { readonly id: number; readonly kind: OperatorAction["kind"] }>;
}

/** Before anything was heard. */
export const newReplica = <Query, Result>(): ReplicaState<Query, Result> => ({
  role: "follower",
  term: 0,
  leader: null,
  timeMs: 0,
  carriedMs: 0,
  lastId: 0,
  applied: 0,
  isFull: false,
  sent: [],
  commands: 0,
  proposed: new Map(),
  waiting: new Map(),
  batch: [],
  reading: new Map(),
  queries: 0,
  asking: new Map(),
  seeking: new Set(),
  weight: 0,
  snapshotWeight: 0,
  snapshotAt: 0,
  takingAt: null,
  chunks: 0,
  hashes: noReports(),
  commit: 0,
  configuration: { voters: [], votersOutgoing: [], learners: [] },
  operating: new Map(),
});

/** Who waits. */
export const clientsOf = (waiting: Waiting): readonly number[] =>
  waiting.kind === "open" ? [waiting.client] : waiting.sent.map(({ client }) => client);

/** How much an entry counts towards the next snapshot. */
export const weightOf = (entry: Entry): number => {
  if (entry.kind !== "execute") return 1;
  let commands = 0;
  for (const { count } of entry.runs) commands += count;
  return commands;
};

/** Commands and bytes of one entry at most; a run that has more goes alone. */
const entryCommandsMax = 1_024;
const entryBytesMax = 262_144;

/** What was sent, in entries. */
export const entriesOf = (sent: readonly Sent[]): Sent[][] => {
  const entries: Sent[][] = [];
  let commands = entryCommandsMax;
  let bytes = 0;
  for (const one of sent) {
    const { count, commands: encoded } = one.run;
    commands += count;
    bytes += encoded.length;
    if (commands > entryCommandsMax || bytes > entryBytesMax) {
      entries.push([]);
      commands = count;
      bytes = encoded.length;
    }
    entries.at(-1)!.push(one);
  }
  return entries;
};

/** The queries for which the log was asked, which wait no longer. */
export const takeBatch = <Q, R>(s: ReplicaState<Q, R>, id: number): readonly Asked<Q>[] => {
  const batch = s.reading.get(id) ?? [];
  s.reading.delete(id);
  for (const { ids } of batch) s.queries -= ids.length;
  return batch;
};
