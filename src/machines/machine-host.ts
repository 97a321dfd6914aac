import type { IO, Module, Port } from "../model/index.ts";
import {
  admit,
  type ClientSessions,
  copySessions,
  expireSessions,
  openSession,
  type Remembered,
  type SessionLimits,
} from "./client-sessions.ts";
import type { End, Entry, MemberAddress } from "./entry.ts";
import { hashOf, type Slicing, type StateMachine, slicingOf } from "./state-machine.ts";

/** A part of a snapshot of a service: of its sessions first, then of the machine. */
export type SnapshotChunk =
  | {
      readonly kind: "service";
      readonly machine: string;
      readonly version: number;
      readonly timeMs: number;
      readonly sessions: ClientSessions<unknown>;
      readonly addresses: ReadonlyMap<number, MemberAddress>;
    }
  | { readonly kind: "machine"; readonly chunk: unknown };

/** The answer to a query, where the machine had one. */
export type Answered<Result> =
  | { readonly kind: "answer"; readonly result: Result }
  | { readonly kind: "machine failed" };

/**
 * A state machine with its clients' sessions around it: what every replica has of the service. It does what the log says
 * and nothing else.
 */
export interface HostedMachine<Command, Answer, Query, Result> extends Port {
  readonly requests: {
    /** The entry at the next index. */
    readonly apply: (index: number, entry: Entry<Command>) => void;
    /** Answers from the state as it is when this request has its turn. */
    readonly query: (id: number, query: Query) => void;
    /** Asks for the hash of the state as it is when this request has its turn. */
    readonly askHash: () => void;
    /** Begins a snapshot of the state as it is; one that was under way is dropped. */
    readonly snapshot: () => void;
    /** The next slice of the snapshot that was begun. */
    readonly slice: () => void;
    /** A chunk of a snapshot to go on from. Number 0 forgets the state. */
    readonly restore: (index: number, number: number, chunk: SnapshotChunk, isLast: boolean) => void;
  };
  readonly indications: {
    /** An entry had its turn. */
    readonly applied: (index: number, entry: Entry<Command>, end: End<Answer>) => void;
    /** The hash of the state right after an index, the same indexes at every replica. */
    readonly hashed: (index: number, hash: number) => void;
    /** The hash that was asked for. */
    readonly hashNow: (index: number, hash: number) => void;
    /** Where members are reached that came, or moved, since the service began; also after a snapshot was restored. */
    readonly addresses: (addresses: ReadonlyMap<number, MemberAddress>) => void;
    /** The answer to a query, from the state right after `index`. */
    readonly answered: (id: number, index: number, answer: Answered<Result>) => void;
    /** A slice of the snapshot that was begun at `index`. */
    readonly sliced: (index: number, number: number, chunk: SnapshotChunk, isLast: boolean) => void;
    /** The snapshot is complete: the state is that right after `index`, and the service's time was this. */
    readonly restored: (index: number, timeMs: number) => void;
  };
}

/** The decisions on which it rests that a command takes effect once, and the same everywhere. */
export interface HostRules {
  /** What the machine is given of a command: the command, whatever this replica's clock shows. */
  readonly resolve: <Command>(command: Command, clockMs: () => number) => Command;
  /** The time by which sessions live: that of the log, not that of the replica. */
  readonly sessionTime: (ofLogMs: number, ofReplicaMs: () => number) => number;
  /** Whether a command in a session that is not known may be applied. */
  readonly appliesUnknown: () => boolean;
  /** Whether the end of a command is remembered. */
  readonly remembers: () => boolean;
  /** What of the sessions goes into a snapshot. */
  readonly kept: <Answer>(sessions: ClientSessions<Answer>) => ClientSessions<Answer>;
}

const hostRules: HostRules = {
  resolve: (command) => command,
  sessionTime: (ofLogMs) => ofLogMs,
  appliesUnknown: () => false,
  remembers: () => true,
  kept: (sessions) => sessions,
};

/** How a machine is hosted. The same at every replica of a service. */
export interface MachineHostOptions {
  readonly limits: SessionLimits;
  /** So many entries from one hash of the state to the next. */
  readonly hashEvery: number;
  readonly rules?: Partial<HostRules>;
}

interface Taking<State> {
  readonly index: number;
  readonly view: State;
  readonly sessions: ClientSessions<unknown>;
  readonly addresses: ReadonlyMap<number, MemberAddress>;
  readonly timeMs: number;
  number: number;
  cursor: string | null;
}

interface HostState<State, Answer> {
  data: State;
  sessions: ClientSessions<Answer>;
  /** Where members are reached that came, or moved, since the service began. */
  addresses: Map<number, MemberAddress>;
  /** The service's time, and the index of the last entry. */
  timeMs: number;
  index: number;
  /** The snapshot that is being made, slice by slice. */
  taking: Taking<State> | null;
  /** The version of the snapshot that is being restored. */
  restoring: number;
}

type Host<State, Command, Answer, Query, Result> = {
  provides: HostedMachine<Command, Answer, Query, Result>;
  uses: Record<never, never>;
  state: HostState<State, Answer>;
};

/**
 * Applies the entries of a log to a state machine, each command of a client once: however often it lies in the log, the
 * copies after the first find its answer in the session. Sessions expire by the time that the log carries, so that they
 * expire at every replica between the same two entries.
 *
 * Source: Schneider 1990; Ongaro 2014, Consensus: Bridging Theory and Practice, section 6.3.
 */
export const machineHost = <State, Command, Answer, Query, Result>(
  machine: StateMachine<State, Command, Answer, Query, Result>,
  { limits, hashEvery, rules: changed = {} }: MachineHostOptions,
): Module<Host<State, Command, Answer, Query, Result>> => {
  const rules: HostRules = { ...hostRules, ...changed };
  const slicing = slicingOf(machine);

  const execute = (
    s: HostState<State, Answer>,
    index: number,
    entry: Entry<Command> & { readonly kind: "execute" },
    nowMs: number,
    clockMs: () => number,
  ): End<Answer> => {
    const admission = admit(s.sessions, entry, nowMs, limits);
    if (admission.kind === "again") return { kind: "executed", end: admission.end, again: true };
    if (admission.kind === "refused" && !(admission.why === "session expired" && rules.appliesUnknown()))
      return { kind: "refused", why: admission.why };
    const command = rules.resolve(entry.command, clockMs);
    const end = turn(() => machine.apply(s.data, command, { index, timeMs: s.timeMs }));
    if (rules.remembers()) s.sessions.get(entry.session)?.ends.set(entry.sequence, end);
    return { kind: "executed", end, again: false };
  };

  const endOf = (
    s: HostState<State, Answer>,
    index: number,
    entry: Entry<Command>,
    nowMs: number,
    clockMs: () => number,
  ): End<Answer> => {
    if (entry.kind === "execute") return execute(s, index, entry, nowMs, clockMs);
    if (entry.kind === "open")
      return openSession(s.sessions, index, nowMs, limits)
        ? { kind: "opened", session: index }
        : { kind: "refused", why: "too many sessions" };
    if (entry.kind === "close") s.sessions.delete(entry.session);
    if (entry.kind === "address") setAddress(s.addresses, entry.member, entry.address);
    return { kind: "done" };
  };

  return {
    name: "machine host",
    source: "Schneider 1990; Ongaro 2014, 6.3",
    marks: ["a command comes again", "a session expires", "a command of an expired session", "a restored snapshot"],
    init: () => ({
      data: machine.init(),
      sessions: new Map(),
      addresses: new Map(),
      timeMs: 0,
      index: 0,
      taking: null,
      restoring: 0,
    }),
    upon: {
      request: {
        apply(s, io, index, entry) {
          s.index = index;
          s.timeMs = Math.max(s.timeMs, entry.timeMs);
          const clockMs = (): number => io.clock("monotonic");
          const nowMs = rules.sessionTime(s.timeMs, clockMs);
          if (expireSessions(s.sessions, nowMs, limits) > 0) io.mark("a session expires");
          const end = endOf(s, index, entry, nowMs, clockMs);
          if (end.kind === "executed" && end.again) io.mark("a command comes again");
          if (end.kind === "refused" && end.why === "session expired") io.mark("a command of an expired session");
          io.up.applied(index, entry, end);
          if (entry.kind === "address") io.up.addresses(new Map(s.addresses));
          if (index % hashEvery === 0) io.up.hashed(index, hashOf(machine, s.data));
        },
        query(s, io, id, query) {
          const end = turn(() => machine.query(s.data, query));
          io.up.answered(id, s.index, end.kind === "answer" ? { kind: "answer", result: end.answer } : end);
        },
        askHash(s, io) {
          io.up.hashNow(s.index, hashOf(machine, s.data));
        },
        snapshot(s) {
          const sessions = copySessions(rules.kept(s.sessions));
          const addresses = new Map(s.addresses);
          const view = slicing.view(s.data);
          s.taking = { index: s.index, view, sessions, addresses, timeMs: s.timeMs, number: 0, cursor: null };
        },
        slice(s, io) {
          if (s.taking !== null) takeSlice(s, io, s.taking, slicing, machine);
        },
        restore(s, io, index, number, chunk, isLast) {
          s.taking = null;
          if (number === 0) s.data = machine.init();
          if (chunk.kind === "machine") s.data = slicing.restore(s.data, chunk.chunk, s.restoring);
          else takeOver(s, chunk as SnapshotChunk & { readonly kind: "service" }, machine);
          if (!isLast) return;
          s.index = index;
          io.mark("a restored snapshot");
          io.up.restored(index, s.timeMs);
          io.up.addresses(new Map(s.addresses));
        },
      },
    },
  };
};

/** What a handler of the machine gives, or that it threw: the same at every replica, if the machine is deterministic. */
const turn = <T>(run: () => T): Remembered<T> => {
  try {
    return { kind: "answer", answer: run() };
  } catch {
    // The text of an error differs between versions of the engine, so nothing of it may be remembered.
    return { kind: "machine failed" };
  }
};

const setAddress = (addresses: Map<number, MemberAddress>, member: number, address: MemberAddress | null): void => {
  if (address === null) addresses.delete(member);
  else addresses.set(member, address);
};

const takeSlice = <State, Command, Answer, Query, Result>(
  s: HostState<State, Answer>,
  io: IO<Host<State, Command, Answer, Query, Result>>,
  taking: Taking<State>,
  slicing: Slicing<State>,
  { name, version }: { readonly name: string; readonly version: number },
): void => {
  const { index, number, sessions, addresses, timeMs, view, cursor } = taking;
  taking.number++;
  if (number === 0)
    return io.up.sliced(index, 0, { kind: "service", machine: name, version, timeMs, sessions, addresses }, false);
  const { chunk, next } = slicing.slice(view, cursor);
  taking.cursor = next;
  if (next === null) s.taking = null;
  io.up.sliced(index, number, { kind: "machine", chunk }, next === null);
};

/** Thrown where a snapshot is of another machine, or of a newer version than this replica runs: it must not guess. */
export class SnapshotVersionError extends Error {
  override readonly name: string = "SnapshotVersionError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "SNAPSHOT_VERSION" = "SNAPSHOT_VERSION";
}

const takeOver = <State, Answer>(
  s: HostState<State, Answer>,
  chunk: SnapshotChunk & { readonly kind: "service" },
  { name, version }: { readonly name: string; readonly version: number },
): void => {
  if (chunk.machine !== name || chunk.version > version)
    throw new SnapshotVersionError(
      `the snapshot is of ${chunk.machine}, version ${chunk.version}; this replica runs ${name}, version ${version}: ` +
        "start it with the program that the other replicas run",
    );
  s.restoring = chunk.version;
  s.timeMs = chunk.timeMs;
  s.sessions = copySessions(chunk.sessions as ClientSessions<Answer>);
  s.addresses = new Map(chunk.addresses);
};
