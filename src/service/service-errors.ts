import { type CommandFailure, commandBytesMax, type Happened, type QueryFailure } from "../machines/index.ts";

const commandTexts: { readonly [K in CommandFailure]: string } = {
  timeout: "no replica answered in time",
  "session expired": "the session expired, and with it what the replicas knew of its commands",
  "answer forgotten": "it was applied, and its answer is not kept any more",
  overloaded: "the replicas have as much to do as they take on; ask again later",
  "disk full": "the disk of the replica that leads is full; writes are taken again when there is space",
  "too many sessions": "there are as many sessions as there may be; close some, or wait until idle ones expire",
  "too many commands": "too many commands of this session are unanswered",
  malformed: "its bytes are not what a client writes",
  "too large": `it has more than the ${commandBytesMax} bytes that a command may have; send it in parts`,
  cancelled: "it was cancelled by its signal",
  "machine failed":
    "the state machine threw an error while applying it, or its answer is no plain data; what it changed before that stays",
};

const happenedTexts: { readonly [K in Happened]: string } = {
  no: "It certainly did not happen, and will not.",
  yes: "It certainly happened.",
  maybe: "Whether it happened, or yet will, is not known.",
};

/** A command failed. `happened` says whether it took effect all the same. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "COMMAND" = "COMMAND";
  readonly why: CommandFailure;
  readonly happened: Happened;

  constructor(why: CommandFailure, happened: Happened, detail = "") {
    // It had its turn, and nothing more will come of it: how much it did before it failed the machine's author knows.
    const told = why === "machine failed" ? "The log of the replicas has its words." : happenedTexts[happened];
    super(`${commandTexts[why]}. ${told}${detail}`);
    this.why = why;
    this.happened = happened;
  }
}

const queryTexts: { readonly [K in QueryFailure]: string } = {
  timeout: "no replica answered in time",
  overloaded: "the replicas have as much to do as they take on; ask again later",
  "machine failed": "the state machine threw an error while answering it, or its answer is no plain data",
  "too large": `it has more than the ${commandBytesMax} bytes that a query may have`,
  cancelled: "it was cancelled by its signal",
};

/** A query failed. It changed nothing. */
export class QueryError extends Error {
  override readonly name: string = "QueryError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "QUERY" = "QUERY";
  readonly why: QueryFailure;

  constructor(why: QueryFailure, detail = "") {
    super(`${queryTexts[why]}.${detail}`);
    this.why = why;
  }
}

/** An operator's request was refused, or nobody answered it. `happened` says whether what it wanted took effect all the same. */
export class OperatorError extends Error {
  override readonly name: string = "OperatorError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "OPERATOR" = "OPERATOR";
  readonly why: string;
  readonly happened: Happened;

  constructor(why: string, message: string, happened: Happened = "no") {
    super(happened === "no" ? message : `${message}. ${happenedTexts[happened]}`);
    this.why = why;
    this.happened = happened;
  }
}

/** The client is closed. `happened` says whether a command that was open took effect all the same. */
export class ClientClosedError extends Error {
  override readonly name: string = "ClientClosedError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "CLIENT_CLOSED" = "CLIENT_CLOSED";
  readonly happened: Happened;

  constructor(happened: Happened) {
    super(`the client is closed. ${happenedTexts[happened]}`);
    this.happened = happened;
  }
}
