import type { IO, Module, NodeId } from "../../model/index.ts";
import type { Register } from "./register.ts";
import type { RegisterCalls } from "./register-calls.ts";
import { isLater, latestOf, type Timestamp, unwritten, type Versioned } from "./timestamp.ts";

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

interface AtomicRegisterSpec<V> {
  provides: Register<V>;
  uses: RegisterCalls<V>;
  /** `writing` is null in a read; `reading` is what a read will return. */
  state: { stored: Versioned<V>; writing: { readonly value: V } | null; reading: V | null };
  disk: { stored: Versioned<V> };
}

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
  rules,
}: {
  readonly rules?: Partial<AtomicRegisterRules>;
} = {}): Module<AtomicRegisterSpec<V>> => {
  const { consults, next, isLater: isNewer, writesBack, keepsOnDisk } = { ...atomicRegisterRules, ...rules };
  type State = AtomicRegisterSpec<V>["state"];
  type Io = IO<AtomicRegisterSpec<V>>;

  const store = (s: State, io: Io, versioned: Versioned<V>): void => {
    if (!isNewer(versioned.timestamp, s.stored.timestamp)) return;
    s.stored = versioned;
    if (keepsOnDisk()) io.disk.stored.set(versioned);
  };
  const impose = (s: State, io: Io, versioned: Versioned<V>): void => {
    store(s, io, versioned);
    io.impose.ask(versioned);
  };

  return {
    name: "atomic register",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithms 4.10–4.11",
    disk: { stored: unwritten },
    init: () => ({ stored: unwritten, writing: null, reading: null }),
    start(s, io) {
      s.stored = io.disk.stored.value;
    },
    upon: {
      request: {
        read(s, io) {
          s.writing = null;
          io.consult.ask("consult");
        },
        write(s, io, value) {
          s.writing = { value };
          if (consults()) io.consult.ask("consult");
          else impose(s, io, { timestamp: next(s.stored.timestamp, io.self), value });
        },
      },
      consult: {
        asked: (s, io, caller, call) => io.consult.answer(caller, call, s.stored),
        gathered(s, io, answers) {
          if (s.writing !== null) {
            const { timestamp } = latestOf([...answers, s.stored], isNewer);
            return impose(s, io, { timestamp: next(timestamp, io.self), value: s.writing.value });
          }
          const latest = latestOf(answers, isNewer);
          s.reading = latest.value;
          if (writesBack(answers.map(({ timestamp }) => timestamp))) impose(s, io, latest);
          else io.up.readReturn(s.reading);
        },
      },
      impose: {
        asked(s, io, caller, call, versioned) {
          store(s, io, versioned);
          io.impose.answer(caller, call, "ack");
        },
        gathered(s, io) {
          if (s.writing === null) io.up.readReturn(s.reading);
          else io.up.writeReturn();
        },
      },
    },
  };
};
