import { type ClientSession, type ClientSessions, copySessions } from "./client-sessions.ts";
import type { MemberAddress } from "./entry.ts";
import type { Slicing } from "./state-machine.ts";

/** What a replica holds besides the machine's state: all of it is part of what is replicated. */
export interface ServiceData<State, Answer> {
  data: State;
  sessions: ClientSessions<Answer>;
  /** Where members are reached that came, or moved, since the service began. */
  addresses: Map<number, MemberAddress>;
  /** The service's time. */
  timeMs: number;
}

/** A part of a snapshot of a service: what it is of, then its sessions, then the machine's state. */
export type SnapshotChunk =
  | {
      readonly kind: "service";
      readonly machine: string;
      readonly version: number;
      readonly timeMs: number;
      readonly addresses: ReadonlyMap<number, MemberAddress>;
    }
  | { readonly kind: "sessions"; readonly sessions: ClientSessions<unknown> }
  | { readonly kind: "machine"; readonly chunk: unknown };

/** A snapshot that is being made, slice by slice, of a state that stands still. */
export interface Taking<State> extends ServiceData<State, unknown> {
  readonly index: number;
  number: number;
  /** Where the next slice of the machine's state begins. */
  cursor: string | null;
}

/** A snapshot that is being restored. What was there before stays until it is complete. */
export interface Incoming<State, Answer> extends ServiceData<State, Answer> {
  readonly version: number;
}

/** The name and version of what is replicated. */
interface Kind {
  readonly name: string;
  readonly version: number;
}

/** Ends of commands in one chunk, about. */
const endsPerChunk = 1_000;

/** Begins a snapshot of what is there now. */
export const takeSnapshot = <State>(
  { data, sessions, addresses, timeMs }: ServiceData<State, unknown>,
  index: number,
  slicing: Slicing<State>,
): Taking<State> => ({
  index,
  data: slicing.view(data),
  sessions: copySessions(sessions),
  addresses: new Map(addresses),
  timeMs,
  number: 0,
  cursor: null,
});

/** Takes some sessions out of those that are still to be sent. */
const someSessions = (sessions: ClientSessions<unknown>): ClientSessions<unknown> => {
  const some: Map<number, ClientSession<unknown>> = new Map();
  let ends = 0;
  for (const [number, session] of sessions) {
    if (ends >= endsPerChunk) break;
    some.set(number, session);
    sessions.delete(number);
    ends += 1 + session.ends.size;
  }
  return some;
};

/** The next chunk of a snapshot, and whether it is the last one. */
export const nextChunk = <State>(
  taking: Taking<State>,
  slicing: Slicing<State>,
  { name, version }: Kind,
): { readonly chunk: SnapshotChunk; readonly isLast: boolean } => {
  const { sessions, addresses, timeMs } = taking;
  if (taking.number++ === 0)
    return { chunk: { kind: "service", machine: name, version, timeMs, addresses }, isLast: false };
  if (sessions.size > 0) return { chunk: { kind: "sessions", sessions: someSessions(sessions) }, isLast: false };
  const { chunk, next } = slicing.slice(taking.data, taking.cursor);
  taking.cursor = next;
  return { chunk: { kind: "machine", chunk }, isLast: next === null };
};

/** Thrown where a snapshot is of another machine, or of a newer version than this replica runs: it must not guess. */
export class SnapshotVersionError extends Error {
  override readonly name: string = "SnapshotVersionError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "SNAPSHOT_VERSION" = "SNAPSHOT_VERSION";
}

/** What the first chunk of a snapshot begins. @throws SnapshotVersionError. */
export const beginRestore = <State, Answer>(
  chunk: SnapshotChunk & { readonly kind: "service" },
  { name, version }: Kind,
  data: State,
): Incoming<State, Answer> => {
  if (chunk.machine !== name || chunk.version > version)
    throw new SnapshotVersionError(
      `the snapshot is of ${chunk.machine}, version ${chunk.version}; this replica runs ${name}, version ${version}: ` +
        "start it with the program that the other replicas run",
    );
  const { timeMs, addresses } = chunk;
  return { data, sessions: new Map(), addresses: new Map(addresses), timeMs, version: chunk.version };
};

/** Adds a chunk after the first. */
export const addChunk = <State, Answer>(
  incoming: Incoming<State, Answer>,
  chunk: Exclude<SnapshotChunk, { readonly kind: "service" }>,
  slicing: Slicing<State>,
): void => {
  if (chunk.kind === "machine") incoming.data = slicing.restore(incoming.data, chunk.chunk, incoming.version);
  else
    for (const [number, session] of copySessions(chunk.sessions as ClientSessions<Answer>))
      incoming.sessions.set(number, session);
};
