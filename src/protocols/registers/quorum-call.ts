import type { Links, Module, NodeId, Port } from "../../model/index.ts";
import type { Broadcast } from "../broadcast/broadcast.ts";
import type { Quorums } from "./quorums.ts";

/** A call: in which life of its caller, and the how-manieth there. */
export interface CallId {
  readonly incarnation: number;
  readonly number: number;
}

/** A question on its way to everybody. */
export interface Asked<Question> {
  readonly call: CallId;
  readonly question: Question;
}

/** An answer on its way back. */
export interface Answered<Answer> {
  readonly call: CallId;
  readonly answer: Answer;
}

/**
 * Asks everybody and waits for a quorum. `gathered` comes once a call, with one answer of each process of a quorum;
 * `asked` may come again for the same call, and the answer is owed each time. A new call of a process ends its last one.
 */
export interface QuorumCall<Question, Answer> extends Port {
  readonly requests: {
    /** A new question to everybody, this process included. */
    readonly ask: (question: Question) => void;
    /** The answer to something that was `asked`; more than one of a process counts as one. */
    readonly answer: (caller: NodeId, call: CallId, answer: Answer) => void;
  };
  readonly indications: {
    /** A question of `caller`, which may be this process, to be answered under the same `call`. */
    readonly asked: (caller: NodeId, call: CallId, question: Question) => void;
    /** Answers of a quorum to the last question, in no order that means anything. */
    readonly gathered: (answers: readonly Answer[]) => void;
  };
}

/** What a quorum call may be told. */
export interface QuorumCallOptions {
  /** Whether the answers of these members suffice. */
  readonly isQuorum: Quorums["isRead"];
  /**
   * Milliseconds after which an open question is asked again: what fair-loss links and recovering processes need. Absent
   * where the links are perfect and nobody recovers.
   */
  readonly repeatMs?: number | undefined;
}

interface Open<Question, Answer> {
  readonly asked: Asked<Question>;
  readonly answers: Map<NodeId, Answer>;
}

/**
 * The step that every quorum algorithm repeats: "trigger ⟨beb, Broadcast⟩ … upon #(answers) > N/2". Answers are counted
 * by process, not by message, so that links may deliver twice. A call that a crash interrupted stays without effect on
 * its caller: the number of the life tells late answers apart.
 *
 * Source: Attiya, Bar-Noy, Dolev 1995, "communicate"; Cachin, Guerraoui, Rodrigues 2011, algorithms 4.2 and 4.6–4.11.
 */
export const quorumCall = <Question, Answer>({
  isQuorum,
  repeatMs,
}: QuorumCallOptions): Module<{
  provides: QuorumCall<Question, Answer>;
  uses: { broadcast: Broadcast<Asked<Question>>; links: Links<Answered<Answer>> };
  state: { calls: number; open: Open<Question, Answer> | null };
  timers: { repeat: [] };
}> => ({
  name: "quorum call",
  source: "Attiya, Bar-Noy, Dolev 1995",
  init: () => ({ calls: 0, open: null }),
  upon: {
    request: {
      ask(s, io, question) {
        const asked = { call: { incarnation: io.incarnation, number: ++s.calls }, question };
        s.open = { asked, answers: new Map() };
        io.broadcast.broadcast(asked);
        if (repeatMs !== undefined) io.timers.repeat.set(repeatMs);
      },
      answer(_s, io, caller, call, answer) {
        io.links.send(caller, { call, answer });
      },
    },
    broadcast: {
      deliver(_s, io, caller, { call, question }) {
        io.up.asked(caller, call, question);
      },
    },
    links: {
      deliver(s, io, from, { call, answer }) {
        const { open } = s;
        if (open === null || call.number !== open.asked.call.number || call.incarnation !== io.incarnation) return;
        open.answers.set(from, answer);
        if (!isQuorum([...open.answers.keys()], io.nodes)) return;
        s.open = null;
        io.timers.repeat.cancel();
        io.up.gathered([...open.answers.values()]);
      },
    },
    timer: {
      repeat(s, io) {
        if (s.open === null) return;
        io.broadcast.broadcast(s.open.asked);
        io.timers.repeat.set(repeatMs!);
      },
    },
  },
});
