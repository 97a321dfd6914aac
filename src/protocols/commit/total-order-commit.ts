import type { IO, Module, NodeId, Port } from "../../model/index.ts";
import type { Broadcast } from "../broadcast/broadcast.ts";
import type { CommitVote, Decision } from "./transaction.ts";

/** Atomic commit without a coordinator: any process may start a transaction, every participant votes on it. */
export interface AtomicCommit extends Port {
  readonly requests: {
    /** Starts the transaction: participants vote from now on. */
    readonly commit: (transaction: number) => void;
    /** What this participant can promise. It may come before the transaction was started here. */
    readonly vote: (transaction: number, vote: CommitVote) => void;
  };
  readonly indications: {
    /** The outcome, once a process. */
    readonly decide: (transaction: number, decision: Decision) => void;
    /** It suspects a participant, and voted no on its behalf. */
    readonly gaveUp: (transaction: number) => void;
  };
}

/** What goes through total-order broadcast. */
export type CommitBallot =
  | { readonly kind: "begin"; readonly transaction: number }
  /** A vote of a participant, cast by itself or on its behalf. */
  | { readonly kind: "vote"; readonly transaction: number; readonly participant: NodeId; readonly vote: CommitVote };

interface Poll {
  begun: boolean;
  /** What this process would vote; null while its user has not said. */
  opinion: CommitVote | null;
  cast: boolean;
  /** Participants whose first vote was delivered: a yes, or there would be a decision. */
  readonly yes: NodeId[];
  decision: Decision | null;
}

type TotalOrderCommitSpec = {
  provides: AtomicCommit;
  uses: { votes: Broadcast<CommitBallot> };
  state: { readonly polls: Map<number, Poll> };
  timers: { suspect: [transaction: number] };
};

/** The rules of commit over total order. */
export interface TotalOrderCommitRules {
  /**
   * Whether who suspects a participant aborts at once instead of voting on its behalf. If it does, the late yes has
   * already committed the transaction somewhere else.
   */
  readonly abortsAtOnce: () => boolean;
}

/** The rules of the correct protocol. */
export const totalOrderCommitRules: TotalOrderCommitRules = { abortsAtOnce: () => false };

/** How commit over total order is set up. */
export interface TotalOrderCommitOptions {
  readonly participants: readonly NodeId[];
  /** Milliseconds after which a participant whose vote did not come is suspected. */
  readonly suspectMs?: number;
  readonly rules?: Partial<TotalOrderCommitRules>;
}

type Io = IO<TotalOrderCommitSpec>;

const pollOf = (polls: Map<number, Poll>, transaction: number): Poll => {
  let poll = polls.get(transaction);
  if (poll === undefined) {
    poll = { begun: false, opinion: null, cast: false, yes: [], decision: null };
    polls.set(transaction, poll);
  }
  return poll;
};

const cast = (io: Io, transaction: number, poll: Poll): void => {
  if (!poll.begun || poll.cast || poll.opinion === null) return;
  poll.cast = true;
  io.votes.broadcast({ kind: "vote", transaction, participant: io.self, vote: poll.opinion });
};

const decide = (io: Io, transaction: number, poll: Poll, decision: Decision): void => {
  poll.decision = decision;
  io.timers.suspect.cancel(transaction);
  io.up.decide(transaction, decision);
};

/**
 * Fault-tolerant commit: the votes go through total-order broadcast, and everybody counts them in the order of delivery.
 * There is no coordinator to wait for. Whoever suspects a participant votes no on its behalf; if the late yes comes
 * after all, the first of the two in the total order counts, and that is the same one everywhere. A false suspicion
 * costs an abort, never agreement. It terminates where the broadcast does.
 *
 * Source: Kleppmann, Distributed Systems, 7.1, "Fault-tolerant two-phase commit"; Gray, Lamport 2006 (the same with one
 * Paxos instance a vote). Divergence: "prepare" goes through the same broadcast, so that a client which crashes on the
 * way has asked all participants or none.
 */
export const totalOrderCommit = ({
  participants,
  suspectMs = 200,
  rules = {},
}: TotalOrderCommitOptions): Module<TotalOrderCommitSpec> => {
  const { abortsAtOnce } = { ...totalOrderCommitRules, ...rules };
  return {
    name: "commit over total-order broadcast",
    source: "Kleppmann, Distributed Systems, 7.1; Gray, Lamport 2006",
    init: () => ({ polls: new Map() }),
    upon: {
      request: {
        commit(_s, io, transaction) {
          io.votes.broadcast({ kind: "begin", transaction });
        },
        vote(s, io, transaction, vote) {
          const poll = pollOf(s.polls, transaction);
          poll.opinion = vote;
          if (poll.decision !== null) return;
          cast(io, transaction, poll);
          if (!poll.begun) io.timers.suspect.set(suspectMs, transaction);
        },
      },
      votes: {
        deliver(s, io, _origin, ballot) {
          const { kind, transaction } = ballot;
          const poll = pollOf(s.polls, transaction);
          if (kind === "begin") {
            if (poll.begun) return;
            poll.begun = true;
            cast(io, transaction, poll);
            if (poll.decision === null) io.timers.suspect.set(suspectMs, transaction);
          } else if (poll.decision === null && !poll.yes.includes(ballot.participant)) {
            if (ballot.vote === "no") return decide(io, transaction, poll, "abort");
            poll.yes.push(ballot.participant);
            if (poll.yes.length === participants.length) decide(io, transaction, poll, "commit");
          }
        },
      },
      timer: {
        suspect(s, io, transaction) {
          const poll = pollOf(s.polls, transaction);
          if (poll.decision !== null) return;
          // Its client crashed before it asked: whoever has work under way for the transaction brings it to an end.
          if (!poll.begun) return io.votes.broadcast({ kind: "begin", transaction });
          io.up.gaveUp(transaction);
          if (abortsAtOnce()) return decide(io, transaction, poll, "abort");
          for (const participant of participants) {
            if (!poll.yes.includes(participant))
              io.votes.broadcast({ kind: "vote", transaction, participant, vote: "no" });
          }
        },
      },
    },
  };
};
