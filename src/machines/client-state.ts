import { encodeCompact, type NodeId } from "../model/index.ts";
import type { CommandFailure, QueryFailure } from "./outcome.ts";
import type { Consistency, ToReplica } from "./service-messages.ts";

/** A session with the service; it outlives connections, crashes of replicas and changes of leader. */
interface Open {
  readonly id: number;
  readonly commandsMax: number;
  /** The number of the next command. */
  next: number;
}

/** A command that has no end yet. */
export interface Command<C> {
  readonly call: number;
  /**
   * Null once it has its end: a table of open calls that was remade is old by then, and would keep what the last one held
   * until a full collection.
   */
  command: C | null;
  /** The tick at which it ends without an answer. */
  readonly dueTick: number;
  /** The session and the number under which it is sent; null before it is sent first. */
  session: number | null;
  sequence: number;
  /** Copies of which nobody said that they will not be applied. */
  copiesAtLarge: number;
  /** Why it was refused last. */
  why: CommandFailure;
}

/** A query that has no answer yet. */
export interface Asked<Q> {
  readonly call: number;
  readonly query: Q;
  /** About how many bytes it takes in a message. */
  readonly bytes: number;
  readonly consistency: Consistency;
  readonly dueTick: number;
  /** The one that was asked last. */
  server: NodeId | null;
  why: QueryFailure;
  /** Parts of the answer that came, of one replica and of one of its states. */
  parts: unknown[];
}

/** All that a client knows. */
export interface ClientState<C, Q> {
  /** Servers that can be reached. */
  connected: NodeId[];
  /** The one that is asked: the leader, as far as is known. */
  target: NodeId | null;
  session: Open | null;
  /** Of the request for a session that is under way; 0 when there is none. */
  opening: number;
  lastToken: number;
  /** Open commands, in the order in which they came. */
  commands: Map<number, Command<C>>;
  /** Calls of commands that have no number yet, in order; those that ended meanwhile may be among them. */
  unsent: number[];
  /** Calls of the others, by number in the present session. */
  calls: Map<number, number>;
  queries: Map<number, Asked<Q>>;
  /** Those that leave with the next messages. */
  toAsk: Asked<Q>[];
  /** Something was heard of the target since the last look. */
  heard: boolean;
  ticking: boolean;
  /** How often it looked: its measure of time, which needs no clock. */
  ticks: number;
}

/** Before anything was asked. */
export const newClient = <C, Q>(): ClientState<C, Q> => ({
  connected: [],
  target: null,
  session: null,
  opening: 0,
  lastToken: 0,
  commands: new Map(),
  unsent: [],
  calls: new Map(),
  queries: new Map(),
  toAsk: [],
  heard: false,
  ticking: false,
  ticks: 0,
});

/** Bytes of commands, or queries, in one message, unless a single one has more. */
export const runBytesMax: number = 131_072;
/** Bytes of one command, or one query: what a replica takes of a client in one message, less what stands around it. */
export const commandBytesMax: number = 4_193_280;
/** Queries in one message. */
const queriesMax = 1_024;

/** Whether a command has the number after another one's, in the same session. */
const follows = (command: Command<unknown>, before: Command<unknown> | undefined): boolean =>
  before !== undefined && command.session === before.session && command.sequence === before.sequence + 1;

/** Commands in runs: those that follow each other stand together. */
export const runsOf = <C>(commands: readonly Command<C>[]): Command<C>[][] => {
  const runs: Command<C>[][] = [];
  for (const command of commands) {
    const run = runs.at(-1);
    if (run !== undefined && follows(command, run.at(-1))) run.push(command);
    else runs.push([command]);
  }
  return runs;
};

/** A letter may take so many bytes in a message, and a number as many more as it is said to take. */
const bytesOfOneMax = 3;

/** Whether a query is larger than a replica takes. Only one that may be is encoded for it. */
export const isTooLarge = (query: unknown, bytes: number): boolean =>
  bytes * bytesOfOneMax > commandBytesMax && encodeCompact(query, "query").length > commandBytesMax;

/** Queries that go to one server in one message. */
interface QueryMessage<Q> {
  readonly server: NodeId | null;
  readonly message: ToReplica<Q> & { readonly kind: "query" };
}

/** Queries in messages: those that come after each other and go the same way stand together. */
export const messagesOf = <Q>(asked: readonly Asked<Q>[]): QueryMessage<Q>[] => {
  const messages: {
    bytes: number;
    server: NodeId | null;
    message: { kind: "query"; consistency: Consistency; ids: number[]; queries: Q[] };
  }[] = [];
  for (const { server, consistency, call, query, bytes } of asked) {
    let last = messages.at(-1);
    const fits =
      last !== undefined &&
      last.server === server &&
      last.message.consistency === consistency &&
      last.message.ids.length < queriesMax &&
      last.bytes + bytes <= runBytesMax;
    if (last === undefined || !fits) {
      last = { bytes: 0, server, message: { kind: "query", consistency, ids: [], queries: [] } };
      messages.push(last);
    }
    last.bytes += bytes;
    last.message.ids.push(call);
    last.message.queries.push(query);
  }
  return messages;
};

/**
 * The number below which every command of a session has its end. Numbers are given in ascending order, so the first
 * that is open is the smallest; the commands themselves stand in the order in which they came, and one that moved
 * here from another session may have a larger number than one that came after it.
 */
export const doneBelow = (s: ClientState<unknown, unknown>, session: number): number => {
  if (s.session?.id !== session) return 0;
  const [first] = s.calls.keys();
  return first ?? s.session.next;
};

/** The call of a command; undefined where it has its end. */
export const callOf = (s: ClientState<unknown, unknown>, session: number, sequence: number): number | undefined => {
  if (session === s.session?.id) return s.calls.get(sequence);
  for (const [call, command] of s.commands)
    if (command.session === session && command.sequence === sequence) return call;
  return undefined;
};

/** A session is over: those of its commands that were not sent anywhere, or only refused, go into the next one. */
export const forgetSession = (s: ClientState<unknown, unknown>, id: number): void => {
  if (s.session?.id !== id) return;
  s.session = null;
  s.calls.clear();
};
