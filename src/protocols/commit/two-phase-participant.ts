import type { NodeId } from "../../model/index.ts";
import { type Bound, byKey, type IO, type Links, type Log, type Module, network, stack } from "../../model/index.ts";
import type { CommitFrame, CommitVote, Decision, Participation, TransactionParticipant } from "./transaction.ts";

/** How far a participant is: before its promise, after it, or done. DS4, figure 8.27: INIT, READY, COMMIT, ABORT. */
export type Phase = "init" | "ready" | Decision;

/** What a participant must not forget: that its work began, that it promised, and how it ended. */
interface ParticipantRecord {
  readonly phase: Phase;
  readonly participants: readonly NodeId[];
}

interface ParticipantState {
  phase: Phase;
  vote: CommitVote | null;
  /** Whether the coordinator has asked, and for whom else. */
  asked: boolean;
  participants: readonly NodeId[];
  /** How many it has asked in its doubt since it last began with the first; 0 before the first question. */
  questions: number;
}

interface ParticipantSpec {
  provides: Participation;
  uses: { links: Links<CommitFrame> };
  state: ParticipantState;
  disk: { log: Log<ParticipantRecord> };
  timers: { wait: []; doubt: [] };
}

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

const isDecision = (phase: Phase): phase is Decision => phase === "commit" || phase === "abort";

const log = ({ phase, participants }: ParticipantState, io: Io): void => io.disk.log.append({ phase, participants });

const conclude = (s: ParticipantState, io: Io, decision: Decision): void => {
  s.phase = decision;
  log(s, io);
  io.timers.wait.cancel();
  io.timers.doubt.cancel();
  io.up.decide(decision);
};

const abortAlone = (s: ParticipantState, io: Io): void => {
  io.up.gaveUp();
  conclude(s, io, "abort");
};

/** A participant in one transaction. */
const participation = ({
  coordinator,
  cooperative = false,
  waitMs = 300,
  doubtMs = 50,
  rules = {},
}: ParticipantOptions): Module<ParticipantSpec> => {
  const { mayAbortAlone, logsVote, votesEarly } = { ...participantRules, ...rules };

  const whomToAsk = (s: ParticipantState, io: Io): readonly NodeId[] =>
    cooperative ? [coordinator, ...s.participants.filter((node) => node !== io.self)] : [coordinator];

  const ask = (s: ParticipantState, io: Io): void => {
    const others = whomToAsk(s, io);
    const turn = s.questions % others.length;
    io.links.send(others[turn]!, { kind: "ask" });
    // Whose turn it is, and not how many there were: doubt may last for ever, the states that it goes through may not.
    s.questions = turn + 1;
  };

  const promise = (s: ParticipantState, io: Io): void => {
    s.phase = "ready";
    if (logsVote()) log(s, io);
    const say = (): void => io.links.send(coordinator, { kind: "vote", vote: "yes" });
    if (votesEarly()) io.early(say);
    else say();
    io.timers.wait.cancel();
    io.timers.doubt.set(doubtMs);
  };

  const answerPrepare = (s: ParticipantState, io: Io): void => {
    if (s.phase === "init" && s.vote === "yes") return promise(s, io);
    if (s.phase === "init") conclude(s, io, "abort");
    if (s.phase !== "commit") io.links.send(coordinator, { kind: "vote", vote: s.phase === "ready" ? "yes" : "no" });
  };

  return {
    name: "two-phase commit participant",
    source: "Gray 1978, 5.8.3.3; van Steen and Tanenbaum, Distributed Systems, 8.5",
    disk: { log: "log" },
    init: () => ({ phase: "init", vote: null, asked: false, participants: [], questions: 0 }),
    start(s, io) {
      if (io.disk.log.end === io.disk.log.first) return;
      const { phase, participants } = io.disk.log.at(io.disk.log.end - 1);
      s.phase = phase;
      s.participants = participants;
      if (isDecision(phase)) return io.up.decide(phase);
      if (mayAbortAlone(phase, "recovery")) return abortAlone(s, io);
      io.up.inDoubt();
      io.timers.doubt.set(doubtMs);
    },
    upon: {
      request: {
        vote(s, io, vote) {
          // Decided before it could vote: the others were faster, and it hears the outcome again.
          if (isDecision(s.phase)) return io.up.decide(s.phase);
          if (s.phase === "ready") return;
          s.vote = vote;
          log(s, io);
          io.timers.wait.set(waitMs);
          if (s.asked) answerPrepare(s, io);
        },
      },
      links: {
        deliver(s, io, from, frame) {
          if (frame.kind === "prepare") {
            s.asked = true;
            s.participants = frame.participants;
            if (s.phase !== "init" || s.vote !== null) answerPrepare(s, io);
          } else if (frame.kind === "decide") {
            if (!isDecision(s.phase)) conclude(s, io, frame.decision);
            if (frame.decision === "commit" && from === coordinator)
              io.links.send(coordinator, { kind: "acknowledge" });
          } else if (frame.kind === "ask") {
            if (!isDecision(s.phase) && mayAbortAlone(s.phase, "question")) abortAlone(s, io);
            io.links.send(from, isDecision(s.phase) ? { kind: "decide", decision: s.phase } : { kind: "undecided" });
          } else if (frame.kind === "undecided" && s.phase === "ready") {
            if (s.questions % whomToAsk(s, io).length !== 0) ask(s, io);
            else io.note("in doubt, as everybody is who answers");
          }
        },
      },
      timer: {
        wait(s, io) {
          if (s.phase === "init" && mayAbortAlone("init", "timeout")) abortAlone(s, io);
        },
        doubt(s, io) {
          if (s.phase !== "ready") return;
          if (mayAbortAlone("ready", "timeout")) return abortAlone(s, io);
          if (s.questions === 0) io.up.inDoubt();
          ask(s, io);
          io.timers.doubt.set(doubtMs);
        },
      },
    },
  };
};

/**
 * A participant of two-phase commit. Its yes is durable before anybody hears of it, and from then on it is in doubt until
 * it learns the outcome: it asks the coordinator, and with `cooperative` one participant after the other. Of these, one
 * that is done tells how; one that has promised nothing aborts, so that the answer is abort; one that is in doubt itself
 * cannot help, and the next is asked. If all are in doubt and the coordinator is gone, they wait: the protocol blocks.
 *
 * Each transaction is by itself; those that are on the log come back from it.
 *
 * Source: Gray 1978, 5.8.3.3; van Steen and Tanenbaum, Distributed Systems, 4th ed., 8.5 (cooperative termination).
 */
export const twoPhaseParticipant = (options: ParticipantOptions): Bound<TransactionParticipant> =>
  byKey(stack(participation(options), { links: network() }));
