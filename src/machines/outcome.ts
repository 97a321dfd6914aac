/**
 * Whether a command that failed took effect: it certainly did not and never will, it certainly did, or nobody can tell
 * and it may yet.
 */
export type Happened = "no" | "yes" | "maybe";

/** Why a command failed. */
export type CommandFailure =
  /** No answer came in time. */
  | "timeout"
  /** The session in which it was sent has expired: the replicas have forgotten which of its commands they applied. */
  | "session expired"
  /** It was applied, and its answer is not kept any more. */
  | "answer forgotten"
  /** The replica has as much to do as it may take on. */
  | "overloaded"
  /** The disk of the replica that leads is nearly full: what is left is for what it must write itself. */
  | "disk full"
  /** There are as many sessions as there may be. */
  | "too many sessions"
  /** The session has as many unanswered commands as it may have. */
  | "too many commands"
  /** The bytes in which it came hold no commands: no client of ours sends such. */
  | "malformed"
  /** It has more bytes than a replica takes of one command; it was not sent. */
  | "too large"
  /** Whoever asked for it wanted its end no longer. */
  | "cancelled"
  /** `apply` threw, or its answer is no plain data. What it had changed stays changed, the same at every replica. */
  | "machine failed";

/** Why a query failed. It changed nothing in any case. */
export type QueryFailure =
  | "timeout"
  | "overloaded"
  | "machine failed"
  /** It has more bytes than a replica takes of one query; it was not sent. */
  | "too large"
  | "cancelled";

/** The end of a command. */
export type CommandOutcome<Answer> =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly why: CommandFailure; readonly happened: Happened };

/** The end of a query. `index` says up to which position of the log the answer takes the commands into account. */
export type QueryOutcome<Result> =
  | { readonly kind: "answer"; readonly result: Result; readonly index: number }
  | { readonly kind: "failed"; readonly why: QueryFailure };
