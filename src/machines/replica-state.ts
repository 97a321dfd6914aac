import type { NodeId } from "../model/index.ts";
import type { Configuration, Role, Term } from "../protocols/index.ts";
import type { CommandRun, Entry } from "./entry.ts";
import { type HashReports, noReports } from "./hash-reports.ts";
import type { Answered } from "./machine-host.ts";
import type { OperatorAction } from "./replica-port.ts";
import type { ToClient } from "./service-messages.ts";

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

/** A query that the machine answers in parts. */
export interface InParts {
  readonly client: number;
  readonly id: number;
  /** Parts of the answer that were sent. */
  parts: number;
}

/** Answers of one message. A client that gets several can ask again while others are still on their way. */
const answersMax = 64;

/** Queries that came together have their answers, or the first parts of them. */
export const repliesTo = <Result>(
  { ids }: Asked<unknown>,
  index: number,
  answers: readonly Answered<Result>[],
): ToClient<never, Result>[] => {
  const replies: ToClient<never, Result>[] = [];
  const failed: number[] = [];
  let whole: { kind: "results"; index: number; ids: number[]; results: Result[] } | null = null;
  answers.forEach((answer, at) => {
    const id = ids[at]!;
    if (answer.kind !== "answer") failed.push(id);
    else if (!answer.isLast) replies.push({ kind: "part", id, index, number: 0, result: answer.result, isLast: false });
    else {
      if (whole === null || whole.ids.length === answersMax) {
        whole = { kind: "results", index, ids: [], results: [] };
        replies.push(whole);
      }
      whole.ids.push(id);
      whole.results.push(answer.result);
    }
  });
  if (failed.length > 0) replies.push({ kind: "queries refused", ids: failed, why: "machine failed", leader: null });
  return replies;
};

/** All that a replica knows beside the machine's own state; after a crash the log says it again. */
export interface ReplicaState<Query> {
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
  /** Those that the machine is answering in this step, by the number of their first query. */
  asking: Map<number, Asked<Query>>;
  /** Those whose answers go in parts, by the number of the query. */
  inParts: Map<number, InParts>;
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
export const newReplica = <Query>(): ReplicaState<Query> => ({
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
  inParts: new Map(),
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

/** An entry with what some clients sent. */
export const executeEntry = (timeMs: number, some: readonly Sent[], setting: number | undefined): Entry => {
  const runs = some.map(({ run }) => run);
  return setting === undefined ? { kind: "execute", timeMs, runs } : { kind: "execute", timeMs, runs, setting };
};

/** The queries for which the log was asked, which wait no longer. */
export const takeBatch = <Q>(s: ReplicaState<Q>, id: number): readonly Asked<Q>[] => {
  const batch = s.reading.get(id) ?? [];
  s.reading.delete(id);
  for (const { ids } of batch) s.queries -= ids.length;
  return batch;
};
