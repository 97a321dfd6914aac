import type { IO, Links, Log, Module, NodeId } from "../../model/index.ts";
import type { CommitFrame, Decision, TransactionCoordinator } from "./transaction.ts";

/** What a coordinator must not forget: commits, until everybody has them. Of aborts it keeps nothing. */
interface CoordinatorRecord {
  readonly kind: "commit" | "end";
  readonly transaction: number;
}

interface CoordinatorState {
  /** Transactions that are being voted on, with those who said yes. */
  voting: Map<number, readonly NodeId[]>;
  /** Committed transactions, with those who have not acknowledged. */
  committed: Map<number, readonly NodeId[]>;
}

type CoordinatorSpec = {
  provides: TransactionCoordinator;
  uses: { links: Links<CommitFrame> };
  state: CoordinatorState;
  disk: { log: Log<CoordinatorRecord> };
  timers: { resend: [transaction: number]; giveUp: [transaction: number] };
};

/** The rules of a coordinator. */
export interface CoordinatorRules {
  /**
   * Whether a decision to commit may leave before it is durable. If it may, some commit, the coordinator crashes and
   * recovers without the record, and by presumed abort tells the others to abort.
   */
  readonly tellsEarly: () => boolean;
  /**
   * Whether giving up ends the vote. If it does not, the abort goes out, the last yes comes in late, and the commit
   * goes out after it.
   */
  readonly endsVote: () => boolean;
  /** What a question about an unknown transaction is answered: it was aborted, or nothing. */
  readonly presumes: () => Decision | null;
}

/** The rules of the correct coordinator. */
export const coordinatorRules: CoordinatorRules = {
  tellsEarly: () => false,
  endsVote: () => true,
  presumes: () => "abort",
};

/** How a coordinator paces itself. */
export interface CoordinatorOptions {
  /** Milliseconds that it waits for votes. */
  readonly voteMs?: number;
  /** Milliseconds between two transmissions of what was not answered. */
  readonly resendMs?: number;
  readonly rules?: Partial<CoordinatorRules>;
}

type Io = IO<CoordinatorSpec>;

const participantsOf = (io: Io): readonly NodeId[] => io.nodes.filter((node) => node !== io.self);

const abort = (io: Io, transaction: number): void => {
  // Told once and forgotten: whoever does not hear it will ask, and is told what is presumed.
  for (const node of participantsOf(io)) io.links.send(node, { kind: "decide", transaction, decision: "abort" });
  io.up.decide(transaction, "abort");
};

const tellCommitted = (s: CoordinatorState, io: Io, transaction: number): void => {
  for (const node of s.committed.get(transaction) ?? [])
    io.links.send(node, { kind: "decide", transaction, decision: "commit" });
};

/**
 * The coordinator of two-phase commit: asks everybody to prepare, commits if all say yes, aborts at the first no or when
 * it has waited long enough. The commit is durable before anybody hears of it. Aborts are not logged: a transaction that
 * the coordinator does not know was aborted ("presumed abort"), so a transaction number must never be used again.
 *
 * Source: Gray 1978, Notes on data base operating systems, 5.8.3.3; Mohan, Lindsay, Obermarck 1986 (presumed abort).
 */
export const twoPhaseCoordinator = ({
  voteMs = 200,
  resendMs = 50,
  rules = {},
}: CoordinatorOptions = {}): Module<CoordinatorSpec> => {
  const { tellsEarly, endsVote, presumes } = { ...coordinatorRules, ...rules };

  const commit = (s: CoordinatorState, io: Io, transaction: number): void => {
    s.voting.delete(transaction);
    s.committed.set(transaction, participantsOf(io));
    io.disk.log.append({ kind: "commit", transaction });
    if (tellsEarly()) io.early(() => tellCommitted(s, io, transaction));
    else tellCommitted(s, io, transaction);
    io.timers.resend.set(resendMs, transaction);
    io.up.decide(transaction, "commit");
  };

  const answer = (s: CoordinatorState, io: Io, to: NodeId, transaction: number): void => {
    const decision = s.committed.has(transaction) ? "commit" : presumes();
    if (decision !== null) io.links.send(to, { kind: "decide", transaction, decision });
  };

  return {
    name: "two-phase commit coordinator",
    source: "Gray 1978, 5.8.3.3; Mohan, Lindsay, Obermarck 1986",
    disk: { log: "log" },
    init: () => ({ voting: new Map(), committed: new Map() }),
    start(s, io) {
      const { log } = io.disk;
      for (let at = log.first; at < log.end; at++) {
        const { kind, transaction } = log.at(at);
        if (kind === "commit") s.committed.set(transaction, participantsOf(io));
        else s.committed.delete(transaction);
      }
      for (const transaction of s.committed.keys()) {
        tellCommitted(s, io, transaction);
        io.timers.resend.set(resendMs, transaction);
        io.up.decide(transaction, "commit");
      }
    },
    upon: {
      request: {
        commit(s, io, transaction) {
          const participants = participantsOf(io);
          s.voting.set(transaction, []);
          for (const node of participants) io.links.send(node, { kind: "prepare", transaction, participants });
          io.timers.resend.set(resendMs, transaction);
          io.timers.giveUp.set(voteMs, transaction);
        },
      },
      links: {
        deliver(s, io, from, frame) {
          const { kind, transaction } = frame;
          const yes = s.voting.get(transaction);
          if (kind === "acknowledge") {
            const left = s.committed.get(transaction)?.filter((node) => node !== from);
            if (left === undefined) return;
            s.committed.set(transaction, left);
            if (left.length > 0) return;
            s.committed.delete(transaction);
            io.timers.resend.cancel(transaction);
            io.disk.log.append({ kind: "end", transaction });
          } else if (kind === "ask" && yes === undefined) answer(s, io, from, transaction);
          else if (kind === "vote" && yes === undefined) answer(s, io, from, transaction);
          else if (kind === "vote" && yes !== undefined) {
            if (frame.vote === "no") {
              s.voting.delete(transaction);
              return abort(io, transaction);
            }
            const now = yes.includes(from) ? yes : [...yes, from];
            s.voting.set(transaction, now);
            if (now.length === participantsOf(io).length) commit(s, io, transaction);
          }
        },
      },
      timer: {
        resend(s, io, transaction) {
          const participants = participantsOf(io);
          const yes = s.voting.get(transaction);
          for (const node of participants) {
            if (yes !== undefined && !yes.includes(node))
              io.links.send(node, { kind: "prepare", transaction, participants });
          }
          tellCommitted(s, io, transaction);
          if (yes !== undefined || s.committed.has(transaction)) io.timers.resend.set(resendMs, transaction);
        },
        giveUp(s, io, transaction) {
          if (!s.voting.has(transaction)) return;
          if (endsVote()) s.voting.delete(transaction);
          io.up.gaveUp(transaction);
          abort(io, transaction);
        },
      },
    },
  };
};
