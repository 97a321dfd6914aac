import type { IO, Links, Log, Module, NodeId } from "../../model/index.ts";
import type { CommitFrame, CommitVote, Decision, TransactionParticipant } from "./transaction.ts";

/** How far a participant is: before its promise, after it, or done. DS4, figure 8.27, calls them INIT and READY. */
export type Phase = "init" | "ready" | "committed" | "aborted";

/** What a participant must not forget: that its work began, that it promised, and how it ended. */
interface ParticipantRecord {
  readonly transaction: number;
  readonly phase: Phase;
  readonly participants: readonly NodeId[];
}

interface Standing {
  phase: Phase;
  vote: CommitVote | null;
  /** Whether the coordinator has asked, and for whom else. */
  asked: boolean;
  participants: readonly NodeId[];
  /** How many questions it has asked in its doubt. */
  questions: number;
}

interface ParticipantState {
  readonly standings: Map<number, Standing>;
}

type ParticipantSpec = {
  provides: TransactionParticipant;
  uses: { links: Links<CommitFrame> };
  state: ParticipantState;
  disk: { log: Log<ParticipantRecord> };
  timers: { wait: [transaction: number]; doubt: [transaction: number] };
};

/** The rules of a participant. */
export interface ParticipantRules {
  /**
   * Whether it may abort by itself: as long as it has promised nothing. After its yes the others may have committed, and
   * neither a timeout nor a crash nor a question changes that.
   */
  readonly mayAbortAlone: (phase: Phase, at: "timeout" | "recovery" | "question") => boolean;
  /** Whether the promise is logged. If it is not, a participant that recovers takes itself to have promised nothing. */
  readonly logsVote: () => boolean;
  /** Whether the yes may leave before the promise is durable: the same, with a smaller window. */
  readonly votesEarly: () => boolean;
}

/** The rules of the correct participant. */
export const participantRules: ParticipantRules = {
  mayAbortAlone: (phase) => phase === "init",
  logsVote: () => true,
  votesEarly: () => false,
};

/** How a participant finds out and paces itself. */
export interface ParticipantOptions {
  readonly coordinator: NodeId;
  /** Whether it asks the other participants too when it is in doubt. */
  readonly cooperative?: boolean;
  /** Milliseconds that it waits for the coordinator's question before it aborts. */
  readonly waitMs?: number;
  /** Milliseconds between two questions when it is in doubt. */
  readonly doubtMs?: number;
  readonly rules?: Partial<ParticipantRules>;
}

type Io = IO<ParticipantSpec>;

const standingOf = (s: ParticipantState, transaction: number): Standing => {
  let standing = s.standings.get(transaction);
  if (standing === undefined) {
    standing = { phase: "init", vote: null, asked: false, participants: [], questions: 0 };
    s.standings.set(transaction, standing);
  }
  return standing;
};

const log = (io: Io, transaction: number, { phase, participants }: Standing): void =>
  io.disk.log.append({ transaction, phase, participants });

const conclude = (io: Io, transaction: number, standing: Standing, decision: Decision): void => {
  standing.phase = decision === "commit" ? "committed" : "aborted";
  log(io, transaction, standing);
  io.timers.wait.cancel(transaction);
  io.timers.doubt.cancel(transaction);
  io.up.decide(transaction, decision);
};

const abortAlone = (io: Io, transaction: number, standing: Standing): void => {
  io.up.gaveUp(transaction);
  conclude(io, transaction, standing, "abort");
};

/**
 * A participant of two-phase commit. Its yes is durable before anybody hears of it, and from then on it is in doubt until
 * it learns the outcome: it asks the coordinator, and with `cooperative` one participant after the other. Of these, one
 * that is done tells how; one that has promised nothing aborts, so that the answer is abort; one that is in doubt itself
 * cannot help, and the next is asked. If all are in doubt and the coordinator is gone, they wait: the protocol blocks.
 *
 * Source: Gray 1978, 5.8.3.3; van Steen and Tanenbaum, Distributed Systems, 4th ed., 8.5 (cooperative termination).
 */
export const twoPhaseParticipant = ({
  coordinator,
  cooperative = false,
  waitMs = 300,
  doubtMs = 50,
  rules = {},
}: ParticipantOptions): Module<ParticipantSpec> => {
  const { mayAbortAlone, logsVote, votesEarly } = { ...participantRules, ...rules };

  const whomToAsk = (io: Io, { participants }: Standing): readonly NodeId[] =>
    cooperative ? [coordinator, ...participants.filter((node) => node !== io.self)] : [coordinator];

  const ask = (io: Io, transaction: number, standing: Standing): void => {
    const others = whomToAsk(io, standing);
    const next = others[standing.questions++ % others.length]!;
    io.links.send(next, { kind: "ask", transaction });
  };

  const promise = (io: Io, transaction: number, standing: Standing): void => {
    standing.phase = "ready";
    if (logsVote()) log(io, transaction, standing);
    const say = (): void => io.links.send(coordinator, { kind: "vote", transaction, vote: "yes" });
    if (votesEarly()) io.early(say);
    else say();
    io.timers.wait.cancel(transaction);
    io.timers.doubt.set(doubtMs, transaction);
  };

  const answerPrepare = (io: Io, transaction: number, standing: Standing): void => {
    if (standing.phase === "ready") return io.links.send(coordinator, { kind: "vote", transaction, vote: "yes" });
    if (standing.phase === "init" && standing.vote === "yes") return promise(io, transaction, standing);
    if (standing.phase === "init") conclude(io, transaction, standing, "abort");
    if (standing.phase === "aborted") io.links.send(coordinator, { kind: "vote", transaction, vote: "no" });
  };

  const answerQuestion = (io: Io, from: NodeId, transaction: number, standing: Standing): void => {
    if (standing.phase !== "committed" && standing.phase !== "aborted" && mayAbortAlone(standing.phase, "question"))
      abortAlone(io, transaction, standing);
    if (standing.phase === "committed") io.links.send(from, { kind: "decide", transaction, decision: "commit" });
    else if (standing.phase === "aborted") io.links.send(from, { kind: "decide", transaction, decision: "abort" });
    else io.links.send(from, { kind: "undecided", transaction });
  };

  return {
    name: "two-phase commit participant",
    source: "Gray 1978, 5.8.3.3; van Steen and Tanenbaum, Distributed Systems, 8.5",
    disk: { log: "log" },
    init: () => ({ standings: new Map() }),
    start(s, io) {
      for (let at = io.disk.log.first; at < io.disk.log.end; at++) {
        const { transaction, phase, participants } = io.disk.log.at(at);
        s.standings.set(transaction, { phase, vote: null, asked: false, participants, questions: 0 });
      }
      for (const [transaction, standing] of s.standings) {
        if (standing.phase === "committed") io.up.decide(transaction, "commit");
        else if (standing.phase === "aborted") io.up.decide(transaction, "abort");
        else if (mayAbortAlone(standing.phase, "recovery")) abortAlone(io, transaction, standing);
        else {
          io.up.inDoubt(transaction);
          io.timers.doubt.set(doubtMs, transaction);
        }
      }
    },
    upon: {
      request: {
        vote(s, io, transaction, vote) {
          const standing = standingOf(s, transaction);
          // Decided before it could vote: the others were faster, and it hears the outcome again.
          if (standing.phase === "committed") return io.up.decide(transaction, "commit");
          if (standing.phase === "aborted") return io.up.decide(transaction, "abort");
          if (standing.phase === "ready") return;
          standing.vote = vote;
          log(io, transaction, standing);
          io.timers.wait.set(waitMs, transaction);
          if (standing.asked) answerPrepare(io, transaction, standing);
        },
      },
      links: {
        deliver(s, io, from, frame) {
          const { kind, transaction } = frame;
          const standing = standingOf(s, transaction);
          const isDone = standing.phase === "committed" || standing.phase === "aborted";
          if (kind === "prepare") {
            standing.asked = true;
            standing.participants = frame.participants;
            if (standing.phase !== "init" || standing.vote !== null) answerPrepare(io, transaction, standing);
          } else if (kind === "decide") {
            if (!isDone) conclude(io, transaction, standing, frame.decision);
            if (frame.decision === "commit" && from === coordinator)
              io.links.send(coordinator, { kind: "acknowledge", transaction });
          } else if (kind === "ask") answerQuestion(io, from, transaction, standing);
          else if (kind === "undecided" && standing.phase === "ready") {
            if (standing.questions % whomToAsk(io, standing).length !== 0) ask(io, transaction, standing);
            else io.note("in doubt, as everybody is who answers", transaction);
          }
        },
      },
      timer: {
        wait(s, io, transaction) {
          const standing = standingOf(s, transaction);
          if (standing.phase === "init" && mayAbortAlone("init", "timeout")) abortAlone(io, transaction, standing);
        },
        doubt(s, io, transaction) {
          const standing = standingOf(s, transaction);
          if (standing.phase !== "ready") return;
          if (mayAbortAlone("ready", "timeout")) return abortAlone(io, transaction, standing);
          if (standing.questions === 0) io.up.inDoubt(transaction);
          ask(io, transaction, standing);
          io.timers.doubt.set(doubtMs, transaction);
        },
      },
    },
  };
};
