import type { Remembered } from "./client-sessions.ts";
import type { CommandFailure } from "./outcome.ts";

/** Where a member of a service is reached, as its host writes addresses. */
export interface MemberAddress {
  /** By the other members. */
  readonly peer: string;
  /** By clients. */
  readonly client: string;
}

/** What lies in the log of a service. Each entry carries the service's time, which the leader counted. */
export type Entry<Command> =
  /** A client opens a session; its number is the index of this entry. */
  | { readonly kind: "open"; readonly timeMs: number }
  | {
      readonly kind: "execute";
      readonly timeMs: number;
      readonly session: number;
      readonly sequence: number;
      /** The client has the answers to all commands below this one. */
      readonly doneBelow: number;
      readonly command: Command;
    }
  | { readonly kind: "close"; readonly timeMs: number; readonly session: number }
  /** Where a member is reached from now on; null where it is gone. */
  | {
      readonly kind: "address";
      readonly timeMs: number;
      readonly member: number;
      readonly address: MemberAddress | null;
    }
  /** Nothing but time passes. */
  | { readonly kind: "pass"; readonly timeMs: number };

/** What came of an entry. */
export type End<Answer> =
  | { readonly kind: "opened"; readonly session: number }
  | { readonly kind: "refused"; readonly why: CommandFailure }
  /** The command had its turn now, or, where `again`, at an earlier entry. */
  | { readonly kind: "executed"; readonly end: Remembered<Answer>; readonly again: boolean }
  | { readonly kind: "done" };
