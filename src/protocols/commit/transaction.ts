import type { NodeId, Port } from "../../model/index.ts";

/** What a participant thinks of a transaction. A yes is a promise to be able to commit, come what may. */
export type CommitVote = "yes" | "no";

/** What becomes of a transaction, everywhere. */
export type Decision = "commit" | "abort";

/** What the coordinator of a commit offers to a client. A transaction is told by a number that is never used again. */
export interface TransactionCoordinator extends Port {
  readonly requests: {
    /** Asks all participants; one no is enough to abort. */
    readonly commit: (transaction: number) => void;
  };
  readonly indications: {
    /** The outcome, for the client that asked. */
    readonly decide: (transaction: number, decision: Decision) => void;
    /** It waited too long for a vote, and aborts. */
    readonly gaveUp: (transaction: number) => void;
  };
}

/** What a participant of a commit offers to a resource (a database). */
export interface TransactionParticipant extends Port {
  readonly requests: {
    /** What the resource can promise. It comes unasked, once its work for the transaction is done. */
    readonly vote: (transaction: number, vote: CommitVote) => void;
  };
  readonly indications: {
    /** The outcome, which the resource carries out: it releases its locks. */
    readonly decide: (transaction: number, decision: Decision) => void;
    /** It had not promised anything, waited too long or was asked, and aborts. */
    readonly gaveUp: (transaction: number) => void;
    /** It voted yes and does not know the outcome: locks stay held, it may neither commit nor abort. */
    readonly inDoubt: (transaction: number) => void;
  };
}

/** What coordinator and participants say to each other. */
export type CommitFrame =
  | { readonly kind: "prepare"; readonly transaction: number; readonly participants: readonly NodeId[] }
  | { readonly kind: "vote"; readonly transaction: number; readonly vote: CommitVote }
  | { readonly kind: "decide"; readonly transaction: number; readonly decision: Decision }
  | { readonly kind: "acknowledge"; readonly transaction: number }
  | { readonly kind: "ask"; readonly transaction: number }
  | { readonly kind: "undecided"; readonly transaction: number };
