import type { CommandEnd, CommandRun } from "./entry.ts";
import type { CommandFailure, QueryFailure } from "./outcome.ts";

/** Why a replica does not take what a client asks: for good, or because another one leads. */
export type Refused<Why> = Why | "not leader";

/**
 * What a query may see. `linearizable`: every command that was answered before it was asked. `serializable`: the state
 * of the replica that answers, which may be behind, at the cost of no message to others.
 */
export type Consistency = "linearizable" | "serializable";

/** What a client says to a replica. */
export type ToReplica<Query> =
  /** Opens a session. `token` is the client's, to know the answer by. */
  | { readonly kind: "open"; readonly token: number }
  | { readonly kind: "execute"; readonly run: CommandRun }
  /** Queries with their numbers, which are the client's. */
  | {
      readonly kind: "query";
      readonly consistency: Consistency;
      readonly ids: readonly number[];
      readonly queries: readonly Query[];
    }
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
  /** What came of the commands from number `first` on. */
  | {
      readonly kind: "executed";
      readonly session: number;
      readonly first: number;
      readonly ends: readonly CommandEnd<Answer>[];
    }
  /** These copies of the commands were not applied and never will be. Earlier copies may have been. */
  | {
      readonly kind: "commands refused";
      readonly session: number;
      readonly first: number;
      readonly count: number;
      readonly why: Refused<CommandFailure>;
      readonly leader: number | null;
    }
  /** Whole answers to queries, all of the state right after one index. */
  | {
      readonly kind: "results";
      readonly index: number;
      readonly ids: readonly number[];
      readonly results: readonly Result[];
    }
  /** A part of an answer; the parts of one query follow each other from `number` 0 on. */
  | {
      readonly kind: "part";
      readonly id: number;
      readonly index: number;
      readonly number: number;
      readonly result: Result;
      readonly isLast: boolean;
    }
  | {
      readonly kind: "queries refused";
      readonly ids: readonly number[];
      readonly why: Refused<QueryFailure>;
      readonly leader: number | null;
    }
  /**
   * Another one leads, or, where `leader` is the replica that says so, it does itself from now on. What was asked here before
   * and not answered may be applied all the same, and may not.
   */
  | { readonly kind: "redirect"; readonly leader: number | null };

/** What goes between clients and replicas. */
export type ServiceMessage<Answer, Query, Result> = ToReplica<Query> | ToClient<Answer, Result>;
