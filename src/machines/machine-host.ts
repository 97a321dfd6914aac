import { type IO, type Module, type Port, refusalOf } from "../model/index.ts";
import {
  admit,
  type ClientSession,
  type ClientSessions,
  enterSession,
  expireSessions,
  openSession,
  type Remembered,
  type SessionLimits,
} from "./client-sessions.ts";
import {
  type CommandEnd,
  type CommandRun,
  commandsOf,
  type End,
  type Entry,
  type MemberAddress,
  type RunEnd,
} from "./entry.ts";
import { isHashedAt } from "./hash-reports.ts";
import type { CommandFailure } from "./outcome.ts";
import {
  addChunk,
  beginRestore,
  type Incoming,
  nextChunk,
  type ServiceData,
  type SnapshotChunk,
  type Taking,
  takeSnapshot,
} from "./service-snapshot.ts";
import {
  hashOf,
  hashOrFault,
  MachineStateError,
  type StateHash,
  type StateMachine,
  slicingOf,
  type Turn,
} from "./state-machine.ts";

/** The answer to a query, or a part of it, where the machine had one. */
export type Answered<Result> =
  | { readonly kind: "answer"; readonly result: Result; readonly isLast: boolean }
  | { readonly kind: "machine failed" };

/**
 * A state machine with its clients' sessions around it: what every replica has of the service. It does what the log says
 * and nothing else.
 */
export interface HostedMachine<Answer, Query, Result> extends Port {
  readonly requests: {
    /** The entry at the next index. */
    readonly apply: (index: number, entry: Entry) => void;
    /**
     * Answers from the state as it is when this request has its turn; a long answer gives its first part. The first query
     * is `first`, those after it have the next numbers.
     */
    readonly query: (first: number, queries: readonly Query[]) => void;
    /** The next part of an answer that was not complete. */
    readonly more: (id: number) => void;
    /** Nobody waits for the rest of an answer. */
    readonly drop: (id: number) => void;
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
    readonly applied: (index: number, entry: Entry, end: End<Answer>) => void;
    /** The hash of the state right after an index, the same indexes at every replica. */
    readonly hashed: (index: number, hash: number) => void;
    /** The hash that was asked for. To ask must end nobody: all replicas of a machine that is at fault would be asked. */
    readonly hashNow: (index: number, hash: StateHash) => void;
    /** Where members are reached that came, or moved, since the service began; also after a snapshot was restored. */
    readonly addresses: (addresses: ReadonlyMap<number, MemberAddress>) => void;
    /** The answers to queries that were asked together, or their first parts, from the state right after `index`. */
    readonly answered: (first: number, index: number, answers: readonly Answered<Result>[]) => void;
    /** The next part of an answer, from the state right after `index`. */
    readonly further: (id: number, index: number, answer: Answered<Result>) => void;
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
  /** What a snapshot is restored into: an empty state, not the one that is there. */
  readonly restoredInto: <State>(empty: State, present: State) => State;
}

const hostRules: HostRules = {
  resolve: (command) => command,
  sessionTime: (ofLogMs) => ofLogMs,
  appliesUnknown: () => false,
  remembers: () => true,
  kept: (sessions) => sessions,
  restoredInto: (empty) => empty,
};

/** How a machine is hosted. The same at every replica of a service. */
export interface MachineHostOptions {
  readonly limits: SessionLimits;
  /** So many entries from one hash of the state to the next, however many commands are in them; the first come earlier. */
  readonly hashEvery: number;
  readonly rules?: Partial<HostRules>;
}

/** An answer that goes in parts, of a state that stands still. */
interface Answering<State, Query> {
  readonly index: number;
  readonly view: State;
  readonly query: Query;
  cursor: unknown;
}

interface HostState<State, Answer, Query> extends ServiceData<State, Answer> {
  /** Index of the last entry. */
  index: number;
  taking: Taking<State> | null;
  incoming: Incoming<State, Answer> | null;
  answering: Map<number, Answering<State, Query>>;
}

type Host<State, Answer, Query, Result> = {
  provides: HostedMachine<Answer, Query, Result>;
  uses: Record<never, never>;
  state: HostState<State, Answer, Query>;
};

/** What a host does, whatever made it do so. */
const hostActs = <State, Command, Answer, Query, Result>(
  machine: StateMachine<State, Command, Answer, Query, Result>,
  limits: SessionLimits,
  rules: HostRules,
) => {
  const act = {
    /** One command of a session, null where that is not known and the command is applied all the same. */
    execute: (
      s: HostState<State, Answer, Query>,
      session: ClientSession<Answer> | null,
      sequence: number,
      command: Command,
      at: Turn,
      io: Pick<IO<Host<State, Answer, Query, Result>>, "note">,
    ): CommandEnd<Answer> => {
      const end = turnOf(machine, io, () => machine.apply(s.data, command, at));
      if (session !== null && rules.remembers()) session.ends.set(sequence, end);
      return end;
    },

    /** The commands of a run, of which the first is the one at `place` of its entry. */
    run: (
      s: HostState<State, Answer, Query>,
      index: number,
      place: number,
      run: CommandRun,
      { setting }: Entry & { readonly kind: "execute" },
      nowMs: number,
      io: IO<Host<State, Answer, Query, Result>>,
    ): RunEnd<Answer> => {
      const session = enterSession(s.sessions, run, nowMs);
      if (session === null && !rules.appliesUnknown()) return allRefused(run, "session expired");
      const commands = commandsOf<Command>(run, machine.keepsNoBytes === true);
      if (commands === null) return allRefused(run, "malformed");
      const ends: CommandEnd<Answer>[] = [];
      const again: number[] = [];
      for (let at = 0; at < commands.length; at++) {
        const sequence = run.first + at;
        const admission = session === null ? null : admit(session, sequence, limits);
        if (admission?.kind === "again") {
          again.push(at);
          ends.push(admission.end);
        } else if (admission?.kind === "refused") ends.push(admission);
        else {
          const command = rules.resolve(commands[at]!, () => io.clock("monotonic"));
          const turn = { index, place: place + at, timeMs: s.timeMs, setting };
          ends.push(act.execute(s, session, sequence, command, turn, io));
        }
      }
      return { ends, again };
    },

    runs: (
      s: HostState<State, Answer, Query>,
      index: number,
      entry: Entry & { readonly kind: "execute" },
      nowMs: number,
      io: IO<Host<State, Answer, Query, Result>>,
    ): RunEnd<Answer>[] => {
      let place = 0;
      return entry.runs.map((run) => {
        const end = act.run(s, index, place, run, entry, nowMs, io);
        place += run.count;
        return end;
      });
    },

    endOf: (
      s: HostState<State, Answer, Query>,
      index: number,
      entry: Entry,
      nowMs: number,
      io: IO<Host<State, Answer, Query, Result>>,
    ): End<Answer> => {
      if (entry.kind === "execute") return { kind: "executed", runs: act.runs(s, index, entry, nowMs, io) };
      if (entry.kind === "open")
        return openSession(s.sessions, index, nowMs, limits)
          ? { kind: "opened", session: index }
          : { kind: "refused", why: "too many sessions" };
      if (entry.kind === "close") s.sessions.delete(entry.session);
      if (entry.kind === "address") setAddress(s.addresses, entry.member, entry.address);
      return { kind: "done" };
    },

    /** The answer, or its next part; what follows later comes from the state as it is now. */
    answer: (
      s: HostState<State, Answer, Query>,
      io: IO<Host<State, Answer, Query, Result>>,
      id: number,
      { index, view, query, cursor }: Answering<State, Query>,
    ): Answered<Result> => {
      const { parts } = machine;
      const end = turnOf(machine, io, () =>
        parts === undefined ? { result: machine.query(view, query), next: null } : parts.part(view, query, cursor),
      );
      const next = end.kind === "answer" ? end.answer.next : null;
      if (next === null) s.answering.delete(id);
      else if (cursor === null)
        s.answering.set(id, { index, view: slicingOf(machine).view(view), query, cursor: next });
      else s.answering.get(id)!.cursor = next;
      if (next !== null) io.mark("an answer in parts");
      return end.kind === "answer" ? { kind: "answer", result: end.answer.result, isLast: next === null } : end;
    },
  };
  return act;
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
): Module<Host<State, Answer, Query, Result>> => {
  const rules: HostRules = { ...hostRules, ...changed };
  const slicing = slicingOf(machine);
  const act = hostActs(machine, limits, rules);
  return {
    name: "machine host",
    source: "Schneider 1990; Ongaro 2014, 6.3",
    marks: [
      "a command comes again",
      "a command of an expired session",
      "a restored snapshot",
      "a session expires",
      "an answer in parts",
    ],
    init: () => ({
      data: machine.init(),
      sessions: new Map(),
      addresses: new Map(),
      timeMs: 0,
      index: 0,
      taking: null,
      incoming: null,
      answering: new Map(),
    }),
    upon: {
      request: {
        apply(s, io, index, entry) {
          s.index = index;
          s.timeMs = Math.max(s.timeMs, entry.timeMs);
          const nowMs = rules.sessionTime(s.timeMs, () => io.clock("monotonic"));
          if (expireSessions(s.sessions, nowMs, limits) > 0) io.mark("a session expires");
          const end = act.endOf(s, index, entry, nowMs, io);
          if (end.kind === "executed") markRuns(io, end.runs);
          io.up.applied(index, entry, end);
          if (entry.kind === "address") io.up.addresses(new Map(s.addresses));
          if (isHashedAt(index, hashEvery)) io.up.hashed(index, hashOf(machine, s.data));
        },
        query(s, io, first, queries) {
          const { index, data: view } = s;
          const answers: Answered<Result>[] = [];
          for (const query of queries)
            answers.push(act.answer(s, io, first + answers.length, { index, view, query, cursor: null }));
          io.up.answered(first, index, answers);
        },
        more(s, io, id) {
          const answering = s.answering.get(id);
          if (answering !== undefined) io.up.further(id, answering.index, act.answer(s, io, id, answering));
        },
        drop(s, _io, id) {
          s.answering.delete(id);
        },
        askHash(s, io) {
          io.up.hashNow(s.index, hashOrFault(machine, s.data));
        },
        snapshot(s) {
          s.taking = takeSnapshot({ ...s, sessions: rules.kept(s.sessions) }, s.index, slicing);
        },
        slice(s, io) {
          const { taking } = s;
          if (taking === null) return;
          const { index, number } = taking;
          const { chunk, isLast } = nextChunk(taking, slicing, machine);
          if (isLast) s.taking = null;
          io.up.sliced(index, number, chunk, isLast);
        },
        restore(s, io, index, _number, chunk, isLast) {
          s.taking = null;
          if (chunk.kind === "service")
            s.incoming = beginRestore(chunk, machine, rules.restoredInto(machine.init(), s.data));
          else addChunk(s.incoming!, chunk, slicing);
          if (isLast) takeOver(s, io, index, s.incoming!);
        },
      },
    },
  };
};

/** A snapshot is complete: it takes the place of what was there. */
const takeOver = <State, Answer, Query, Result>(
  s: HostState<State, Answer, Query>,
  io: IO<Host<State, Answer, Query, Result>>,
  index: number,
  { data, sessions, addresses, timeMs }: Incoming<State, Answer>,
): void => {
  s.data = data;
  s.sessions = sessions;
  s.addresses = addresses;
  s.timeMs = timeMs;
  s.index = index;
  s.incoming = null;
  io.mark("a restored snapshot");
  io.up.restored(index, timeMs);
  io.up.addresses(new Map(addresses));
};

const allRefused = <Answer>({ count }: CommandRun, why: CommandFailure): RunEnd<Answer> => ({
  ends: new Array<CommandEnd<Answer>>(count).fill({ kind: "refused", why }),
  again: [],
});

/** Rare things that came of runs. */
const markRuns = <State, Answer, Query, Result>(
  io: IO<Host<State, Answer, Query, Result>>,
  runs: readonly RunEnd<Answer>[],
): void => {
  for (const { ends, again } of runs) {
    if (again.length > 0) io.mark("a command comes again");
    const [first] = ends;
    // It is said of all of a run or of none.
    if (first?.kind === "refused" && first.why === "session expired") io.mark("a command of an expired session");
  }
};

/**
 * What a handler of the machine gives, or that it threw: the same at every replica, if the machine is deterministic. What is
 * no plain data could be neither sent nor kept in a snapshot: each replica that led would end when the client asks again.
 */
const turnOf = <T>(
  { name, answersArePlain = false }: { readonly name: string; readonly answersArePlain?: boolean },
  io: { readonly note: (text: string, why: unknown) => void },
  run: () => T,
): Remembered<T> => {
  let why: string | undefined;
  try {
    const answer = run();
    why = answersArePlain ? undefined : refusalOf(answer, "answer");
    if (why === undefined) return { kind: "answer", answer };
  } catch (error) {
    passOn(name, error);
    why = error instanceof Error ? String(error.message) : "what it threw is no Error";
  }
  io.note("the machine failed", why);
  return machineFailed;
};

/**
 * What only the simulator throws through a machine is no failure that replicas could agree on: the machine is at fault,
 * and an answer in its place would hide that.
 */
const passOn = (name: string, error: unknown): void => {
  if (error instanceof MachineStateError) throw error;
  if (error instanceof Error && (error as { readonly code?: unknown }).code === "FORBIDDEN_GLOBAL")
    throw new Error(`the machine "${name}" is not deterministic: ${error.message}`, { cause: error });
};

/** The text of an error differs between versions of the engine, so nothing of it may be remembered. */
const machineFailed = { kind: "machine failed" } as const;

const setAddress = (addresses: Map<number, MemberAddress>, member: number, address: MemberAddress | null): void => {
  if (address === null) addresses.delete(member);
  else addresses.set(member, address);
};
