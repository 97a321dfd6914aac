import type { NodeId } from "../../model/index.ts";
import { type Bound, byKey, type IO, type Links, type Log, type Module, network, stack } from "../../model/index.ts";
import type { CommitFrame, Coordination, Decision, TransactionCoordinator } from "./transaction.ts";

interface CoordinatorState {
  phase: "voting" | "committed" | "over";
  /** Who has not yet said yes, or has not acknowledged the commit. */
  missing: readonly NodeId[];
}

interface CoordinatorSpec {
  provides: Coordination;
  uses: { links: Links<CommitFrame> };
  state: CoordinatorState;
  /** A commit, until everybody has it. Of an abort nothing is kept. */
  disk: { log: Log<"commit" | "end"> };
  timers: { resend: []; giveUp: [] };
}

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

/** Asks those that are missing, again and again: for their vote, or to acknowledge the commit. */
const ask = ({ phase, missing }: CoordinatorState, io: Io, resendMs: number): void => {
  for (const node of missing)
    io.links.send(
      node,
      phase === "voting"
        ? { kind: "prepare", participants: participantsOf(io) }
        : { kind: "decide", decision: "commit" },
    );
  io.timers.resend.set(resendMs);
};

const abort = (io: Io): void => {
  // Told once and forgotten: whoever does not hear it will ask, and is told what is presumed.
  for (const node of participantsOf(io)) io.links.send(node, { kind: "decide", decision: "abort" });
  io.up.decide("abort");
};

/** The coordinator of one transaction. */
const coordination = ({ voteMs = 200, resendMs = 50, rules = {} }: CoordinatorOptions): Module<CoordinatorSpec> => {
  const { tellsEarly, endsVote, presumes } = { ...coordinatorRules, ...rules };

  const committed = (s: CoordinatorState, io: Io): void => {
    s.phase = "committed";
    s.missing = participantsOf(io);
    if (tellsEarly()) io.early(() => ask(s, io, resendMs));
    else ask(s, io, resendMs);
    io.up.decide("commit");
  };
  const count = (s: CoordinatorState, io: Io, from: NodeId): void => {
    s.missing = s.missing.filter((node) => node !== from);
    if (s.missing.length > 0) return;
    if (s.phase === "voting") {
      io.disk.log.append("commit");
      committed(s, io);
    } else {
      s.phase = "over";
      io.timers.resend.cancel();
      io.disk.log.append("end");
    }
  };

  return {
    name: "two-phase commit coordinator",
    source: "Gray 1978, 5.8.3.3; Mohan, Lindsay, Obermarck 1986",
    disk: { log: "log" },
    init: () => ({ phase: "over", missing: [] }),
    start(s, io) {
      const { log } = io.disk;
      if (log.end > log.first && log.at(log.end - 1) === "commit") committed(s, io);
    },
    upon: {
      request: {
        commit(s, io) {
          if (s.phase !== "over") return io.note("is under way already");
          s.phase = "voting";
          s.missing = participantsOf(io);
          ask(s, io, resendMs);
          io.timers.giveUp.set(voteMs);
        },
      },
      links: {
        deliver(s, io, from, frame) {
          if (frame.kind === "acknowledge") {
            if (s.phase === "committed") count(s, io, from);
          } else if (s.phase !== "voting") {
            const decision = s.phase === "committed" ? "commit" : presumes();
            if (decision !== null) io.links.send(from, { kind: "decide", decision });
          } else if (frame.kind === "vote") {
            if (frame.vote === "yes") return count(s, io, from);
            s.phase = "over";
            abort(io);
          }
        },
      },
      timer: {
        resend(s, io) {
          if (s.phase !== "over") ask(s, io, resendMs);
        },
        giveUp(s, io) {
          if (s.phase !== "voting") return;
          if (endsVote()) s.phase = "over";
          io.up.gaveUp();
          abort(io);
        },
      },
    },
  };
};

/**
 * The coordinator of two-phase commit: asks everybody to prepare, commits if all say yes, aborts at the first no or when
 * it has waited long enough. The commit is durable before anybody hears of it. Aborts are not logged: a transaction that
 * the coordinator does not know was aborted ("presumed abort"), so a transaction number must never be used again.
 *
 * Each transaction is by itself; those that are committed and not acknowledged by all come back from the log.
 *
 * Source: Gray 1978, Notes on data base operating systems, 5.8.3.3; Mohan, Lindsay, Obermarck 1986 (presumed abort).
 */
export const twoPhaseCoordinator = (options: CoordinatorOptions = {}): Bound<TransactionCoordinator> =>
  byKey(stack(coordination(options), { links: network() }));
