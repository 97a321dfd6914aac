import type { Remembered } from "./client-sessions.ts";
import type { CommandFailure, QueryFailure } from "./outcome.ts";

/** Why a replica does not take what a client asks: for good, or because another one leads. */
export type Refused<Why> = Why | "not leader";

/**
 * What a query may see. `linearizable`: every command that was answered before it was asked. `serializable`: the state
 * of the replica that answers, which may be behind, at the cost of no message to others.
 */
export type Consistency = "linearizable" | "serializable";

/** What a client says to a replica. */
export type ToReplica<Command, Query> =
  /** Opens a session. `token` is the client's, to know the answer by. */
  | { readonly kind: "open"; readonly token: number }
  | {
      readonly kind: "execute";
      readonly session: number;
      readonly sequence: number;
      readonly doneBelow: number;
      readonly command: Command;
    }
  | { readonly kind: "query"; readonly id: number; readonly query: Query; readonly consistency: Consistency }
  | { readonly kind: "close"; readonly session: number };

/** What a replica says to a client. */
export type ToClient<Answer, Result> =
  | { readonly kind: "opened"; readonly token: number; readonly session: number; readonly commandsMax: number }
  | {
      readonly kind: "open refused";
      readonly token: number;
      readonly why: Refused<CommandFailure>;
      readonly leader: number | null;
    }
  | {
      readonly kind: "executed";
      readonly session: number;
      readonly sequence: number;
      readonly end: Remembered<Answer>;
    }
  /** This copy of the command was not applied and never will be. An earlier copy may have been. */
  | {
      readonly kind: "command refused";
      readonly session: number;
      readonly sequence: number;
      readonly why: Refused<CommandFailure>;
      readonly leader: number | null;
    }
  /** The answer, or the next part of it; the parts of one query follow each other from `number` 0 on. */
  | {
      readonly kind: "result";
      readonly id: number;
      readonly index: number;
      readonly number: number;
      readonly result: Result;
      readonly isLast: boolean;
    }
  | {
      readonly kind: "query refused";
      readonly id: number;
      readonly why: Refused<QueryFailure>;
      readonly leader: number | null;
    }
  /** This replica leads no more: what was asked here and not answered may be applied all the same, and may not. */
  | { readonly kind: "redirect"; readonly leader: number | null };

/** What goes between clients and replicas. */
export type ServiceMessage<Command, Answer, Query, Result> = ToReplica<Command, Query> | ToClient<Answer, Result>;
