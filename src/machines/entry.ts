import { decodeWithin } from "../model/index.ts";
import type { Remembered } from "./client-sessions.ts";
import type { CommandFailure } from "./outcome.ts";

/** Where a member of a service is reached, as its host writes addresses. */
export interface MemberAddress {
  /** By the other members. */
  readonly peer: string;
  /** By clients. */
  readonly client: string;
}

/**
 * Commands of one session that follow each other, as the client made them: the numbers are `first` and those after it.
 * The client encodes the commands once; connections, the log and the disk carry the bytes as they are, and a replica
 * looks at them when they have their turn.
 */
export interface CommandRun {
  readonly session: number;
  /** The client has the answers to all commands below this one. */
  readonly doneBelow: number;
  readonly first: number;
  readonly count: number;
  /** The encoding of the array of the commands. */
  readonly commands: Uint8Array;
}

/** What lies in the log of a service. Each entry carries the service's time, which the leader counted. */
export type Entry =
  /** A client opens a session; its number is the index of this entry. */
  | { readonly kind: "open"; readonly timeMs: number }
  /** What clients sent while the leader was busy with other things, in the order in which it came. */
  | {
      readonly kind: "execute";
      readonly timeMs: number;
      readonly runs: readonly CommandRun[];
      /** The setting of the machine at the leader; absent where the machine has none, or an older version wrote the entry. */
      readonly setting?: number;
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

/** What came of one command: what is remembered of its turn, or that this copy of it has none and never will. */
export type CommandEnd<Answer> = Remembered<Answer> | { readonly kind: "refused"; readonly why: CommandFailure };

/** What came of the commands of a run, in their order. */
export interface RunEnd<Answer> {
  readonly ends: readonly CommandEnd<Answer>[];
  /** Which of them had their turn at an earlier entry, by their place in the run. */
  readonly again: readonly number[];
}

/** What came of an entry. */
export type End<Answer> =
  | { readonly kind: "opened"; readonly session: number }
  | { readonly kind: "refused"; readonly why: CommandFailure }
  | { readonly kind: "executed"; readonly runs: readonly RunEnd<Answer>[] }
  | { readonly kind: "done" };

/**
 * The commands of a run; null where the bytes are not what a client's module writes. Every replica sees the same bytes,
 * so they all find the same. With `share` bytes in the commands are views of those of the run.
 */
export const commandsOf = <Command>(
  { count, commands: bytes }: CommandRun,
  share = false,
): readonly Command[] | null => {
  let commands: unknown;
  try {
    commands = decodeWithin(bytes, 0, bytes.length, share);
  } catch {
    return null;
  }
  return Array.isArray(commands) && commands.length === count ? commands : null;
};
