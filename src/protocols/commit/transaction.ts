import type { ByKey, NodeId, Port } from "../../model/index.ts";

/** What a participant thinks of a transaction. A yes is a promise to be able to commit, come what may. */
export type CommitVote = "yes" | "no";

/** What becomes of a transaction, everywhere. */
export type Decision = "commit" | "abort";

/** What the coordinator of one transaction offers. */
export interface Coordination extends Port {
  readonly requests: {
    /** Asks all participants; one no is enough to abort. */
    readonly commit: () => void;
  };
  readonly indications: {
    /** The outcome, for the client that asked. */
    readonly decide: (decision: Decision) => void;
    /** It waited too long for a vote, and aborts. */
    readonly gaveUp: () => void;
  };
}

/** What a participant in one transaction offers. */
export interface Participation extends Port {
  readonly requests: {
    /** What the resource can promise. It comes unasked, once its work for the transaction is done. */
    readonly vote: (vote: CommitVote) => void;
  };
  readonly indications: {
    /** The outcome, which the resource carries out: it releases its locks. */
    readonly decide: (decision: Decision) => void;
    /** It had not promised anything, waited too long or was asked, and aborts. */
    readonly gaveUp: () => void;
    /** It voted yes and does not know the outcome: locks stay held, it may neither commit nor abort. */
    readonly inDoubt: () => void;
  };
}

/** What the coordinator offers to a client. A transaction is told by a number that is never used again. */
export type TransactionCoordinator = ByKey<Coordination>;

/** What a participant offers to a resource (a database), for each transaction by its number. */
export type TransactionParticipant = ByKey<Participation>;

/** What coordinator and participants of one transaction say to each other. */
export type CommitFrame =
  | { readonly kind: "prepare"; readonly participants: readonly NodeId[] }
  | { readonly kind: "vote"; readonly vote: CommitVote }
  | { readonly kind: "decide"; readonly decision: Decision }
  | { readonly kind: "acknowledge" }
  | { readonly kind: "ask" }
  | { readonly kind: "undecided" };
