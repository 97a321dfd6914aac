import type { IO, Links, Module, NodeId } from "../../model/index.ts";
import type { Broadcast } from "../broadcast/broadcast.ts";
import { majorityQuorums, type Quorums } from "./quorums.ts";
import type { Register } from "./register.ts";
import { isLater, type Timestamp, unwritten, type Versioned } from "./timestamp.ts";

/** An operation of a process: the how-manieth, and in which of its lives. */
export interface OperationId {
  readonly incarnation: number;
  readonly number: number;
}

/** What the process of an operation asks of everybody. */
export type RegisterQuestion<V> =
  | { readonly kind: "consult"; readonly operation: OperationId }
  | { readonly kind: "impose"; readonly operation: OperationId; readonly versioned: Versioned<V> };

/** What one process answers. */
export type RegisterAnswer<V> =
  | { readonly kind: "value"; readonly operation: OperationId; readonly versioned: Versioned<V> }
  | { readonly kind: "ack"; readonly operation: OperationId };

/** The decisions on which the register's correctness rests. */
export interface AtomicRegisterRules {
  /** Whether a writer asks a quorum for the latest timestamp first. Only the one writer of a register may go without. */
  readonly consults: () => boolean;
  /** The timestamp of a write, from the latest one that its writer has seen. */
  readonly next: (latest: Timestamp, self: NodeId) => Timestamp;
  /** Whether `a` replaces `b`. */
  readonly isLater: (a: Timestamp, b: Timestamp) => boolean;
  /** Whether a reader imposes what it read before it returns; it has these answers of a read quorum. */
  readonly writesBack: (answers: readonly Timestamp[]) => boolean;
  /** Whether a process keeps its value on disk. Processes that never recover need not. */
  readonly keepsOnDisk: () => boolean;
}

/** The rules of the correct register, for many writers, and for processes that recover. */
export const atomicRegisterRules: AtomicRegisterRules = {
  consults: () => true,
  next: ({ counter }, self) => ({ counter: counter + 1, writer: self }),
  isLater,
  writesBack: () => true,
  keepsOnDisk: () => true,
};

/** What the register may be told. */
export interface AtomicRegisterOptions {
  readonly quorums?: Quorums;
  /**
   * Milliseconds after which an open question is asked again: what fair-loss links and recovering processes need. Absent
   * where the links are perfect and nobody recovers.
   */
  readonly repeatMs?: number;
  readonly rules?: Partial<AtomicRegisterRules>;
}

/** An operation under way. */
interface Open<V> {
  readonly operation: OperationId;
  /** What it writes; null for a read. */
  readonly writing: { readonly value: V } | null;
  /** Set once the second phase began. */
  imposed: Versioned<V> | null;
  /** Who answered in this phase. */
  heard: NodeId[];
  readonly answers: Versioned<V>[];
}

interface AtomicRegisterSpec<V> {
  provides: Register<V>;
  uses: { broadcast: Broadcast<RegisterQuestion<V>>; links: Links<RegisterAnswer<V>> };
  state: { stored: Versioned<V>; operations: number; open: Open<V> | null };
  disk: { stored: Versioned<V> };
  timers: { repeat: [] };
}

const questionOf = <V>({ operation, imposed }: Open<V>): RegisterQuestion<V> =>
  imposed === null ? { kind: "consult", operation } : { kind: "impose", operation, versioned: imposed };

const latestOf = <V>(versions: readonly Versioned<V>[], isLaterThan: AtomicRegisterRules["isLater"]): Versioned<V> =>
  versions.reduce((a, b) => (isLaterThan(b.timestamp, a.timestamp) ? b : a));

const isSameOperation = (a: OperationId, b: OperationId): boolean =>
  a.number === b.number && a.incarnation === b.incarnation;

/**
 * An atomic register of many writers and many readers. Every operation asks a quorum for the latest timestamped value
 * (consult) and then has a quorum store one (impose): a writer its own value under a higher timestamp, a reader the
 * value it is about to return, so that no later reader can miss it (without that: case B18). Needs no timing at all; any
 * minority may crash. It cannot do compare-and-set (case B26).
 *
 * Source: Attiya, Bar-Noy, Dolev 1995; Lynch, Shvartsman 1997; Cachin, Guerraoui, Rodrigues 2011, algorithms 4.10–4.11,
 * "Read-Impose Write-Consult-Majority"; with `consults: () => false` and one writer algorithms 4.6–4.7, "Read-Impose
 * Write-Majority". For processes that recover the value is on disk, and a writer stores what it is about to impose
 * first (algorithm 4.12 logs its timestamp): else a writer that crashed in the middle may, after its recovery, give the
 * same timestamp to another value.
 */
export const atomicRegister = <V>({
  quorums = majorityQuorums,
  repeatMs,
  rules: changed = {},
}: AtomicRegisterOptions = {}): Module<AtomicRegisterSpec<V>> => {
  const rules: AtomicRegisterRules = { ...atomicRegisterRules, ...changed };
  type State = AtomicRegisterSpec<V>["state"];
  type Io = IO<AtomicRegisterSpec<V>>;

  const ask = (io: Io, open: Open<V>): void => {
    io.broadcast.broadcast(questionOf(open));
    if (repeatMs !== undefined) io.timers.repeat.set(repeatMs);
  };
  const store = (s: State, io: Io, versioned: Versioned<V>): void => {
    if (!rules.isLater(versioned.timestamp, s.stored.timestamp)) return;
    s.stored = versioned;
    if (rules.keepsOnDisk()) io.disk.stored.set(versioned);
  };
  const impose = (s: State, io: Io, open: Open<V>, versioned: Versioned<V>): void => {
    store(s, io, versioned);
    open.imposed = versioned;
    open.heard = [];
    ask(io, open);
  };
  const begin = (s: State, io: Io, writing: Open<V>["writing"]): void => {
    const operation = { incarnation: io.incarnation, number: ++s.operations };
    s.open = { operation, writing, imposed: null, heard: [], answers: [] };
    if (writing !== null && !rules.consults())
      impose(s, io, s.open, { timestamp: rules.next(s.stored.timestamp, io.self), value: writing.value });
    else ask(io, s.open);
  };
  const consulted = (s: State, io: Io, open: Open<V>): void => {
    const latest = latestOf(open.answers, rules.isLater);
    if (open.writing !== null) {
      const { timestamp } = latestOf([latest, s.stored], rules.isLater);
      impose(s, io, open, { timestamp: rules.next(timestamp, io.self), value: open.writing.value });
    } else if (rules.writesBack(open.answers.map(({ timestamp }) => timestamp))) impose(s, io, open, latest);
    else finish(s, io, latest.value);
  };
  const finish = (s: State, io: Io, read: V | null): void => {
    const { writing } = s.open!;
    s.open = null;
    io.timers.repeat.cancel();
    if (writing === null) io.up.readReturn(read);
    else io.up.writeReturn();
  };

  return {
    name: "atomic register",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithms 4.10–4.11",
    disk: { stored: unwritten },
    init: () => ({ stored: unwritten, operations: 0, open: null }),
    start(s, io) {
      s.stored = io.disk.stored.value;
    },
    upon: {
      request: {
        read: (s, io) => begin(s, io, null),
        write: (s, io, value) => begin(s, io, { value }),
      },
      broadcast: {
        deliver(s, io, from, question) {
          const { operation } = question;
          if (question.kind === "consult")
            return io.links.send(from, { kind: "value", operation, versioned: s.stored });
          store(s, io, question.versioned);
          io.links.send(from, { kind: "ack", operation });
        },
      },
      links: {
        deliver(s, io, from, answer) {
          const { open } = s;
          if (open === null || !isSameOperation(answer.operation, open.operation)) return;
          if ((answer.kind === "value") !== (open.imposed === null) || open.heard.includes(from)) return;
          open.heard.push(from);
          if (answer.kind === "value") {
            open.answers.push(answer.versioned);
            if (quorums.isRead(open.heard, io.nodes)) consulted(s, io, open);
          } else if (quorums.isWrite(open.heard, io.nodes)) finish(s, io, open.imposed!.value);
        },
      },
      timer: {
        repeat(s, io) {
          if (s.open !== null) ask(io, s.open);
        },
      },
    },
  };
};
