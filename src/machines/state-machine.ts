import { clone, hashPlain53, PlainDataError, refusalOf } from "../model/index.ts";

/** What a command may know besides the state: where it stands in the log, and the time that the log itself carries. */
export interface Turn {
  /** Position in the log. The numbers between belong to the service itself; several commands may stand at one. */
  readonly index: number;
  /** Which of the commands at that position it is, from 0. Both together are no other command's, and grow. */
  readonly place: number;
  /**
   * Milliseconds of the service's own time: the leader counts them, the log carries them, so every replica sees the same.
   * They never go back and stand still while nobody leads. They are no time of day.
   */
  readonly timeMs: number;
  /**
   * The `setting` of the leader that put the command into the log. Undefined where its machine had none, as in logs of
   * older versions.
   */
  readonly setting?: number | undefined;
}

/** A part of a snapshot, and where the next one begins: null behind the last. */
export interface Slice {
  /** Plain data. Some 64 KiB is a good size: a slice is made and sent at one go. */
  readonly chunk: unknown;
  readonly next: string | null;
}

/** How a machine whose state is large is copied in slices, none of which holds the process up. */
export interface Slicing<State> {
  /** A state with the same content that later commands leave as it is: made at once, however large it is. */
  view(state: State): State;
  /** The part of a view that begins at `cursor`, null for the first. */
  slice(view: State, cursor: string | null): Slice;
  /** The state with one more chunk; the first is added to what `init` gives, the others follow in order. */
  restore(state: State, chunk: unknown, version: number): State;
}

/** A part of an answer, and from where on the next one comes: null behind the last. */
export interface Part<Result> {
  readonly result: Result;
  /** Plain data. */
  readonly next: unknown;
}

/** How answers to queries go in parts where they may be long, none of which holds the process up. */
export interface Parts<State, Query, Result> {
  /** The part of the answer that begins at `cursor`, null for the first. All parts are of the same state. */
  part(state: State, query: Query, cursor: unknown): Part<Result>;
  /** The answer that the parts make, at least one. */
  join(parts: readonly Result[]): Result;
}

/**
 * What is replicated: a state, how a command changes it and what it answers, and what can be asked of it. `apply` changes
 * the state in place. It must be deterministic: no clock, no chance, nothing but the state, the command and the turn, or
 * the replicas part for ever (an alarm tells when they do). When it throws, the command is answered by an error that says
 * so; what it changed before stays, so check first and change then.
 *
 * Commands, answers, queries and results are plain data; so is the state, an object or a collection. What is answered must
 * not be a part of the state that changes later: copy it. An answer that is not plain data (NaN, a Date) counts as an error
 * that `apply` threw; a state that is none ends every replica at its next hash or snapshot (`MachineStateError`).
 *
 * Source: Schneider 1990, Implementing Fault-Tolerant Services Using the State Machine Approach.
 */
export interface StateMachine<State, Command, Answer, Query = never, Result = never> {
  readonly name: string;
  /** Grows when the content of snapshots changes. A replica refuses a snapshot of a newer version than its own. */
  readonly version: number;
  /** The state before the first command, made anew at each call. */
  init(): State;
  /** The turn of one command: changes `state`, and answers. */
  apply(state: State, command: Command, turn: Turn): Answer;
  /** Answers a question. Changes nothing. */
  query(state: State, query: Query): Result;
  /** For long answers. Without it `query` gives each answer whole. Needs `slicing`, whose views they are read from. */
  readonly parts?: Parts<State, Query, Result>;
  /** For large states. Without it a snapshot is the whole state at once, fine up to some megabytes. */
  readonly slicing?: Slicing<State>;
  /**
   * That the machine copies what it keeps of the bytes in a command, and changes none: so they are read where they lie, in
   * what came from the client. Without it each command has its own.
   */
  readonly keepsNoBytes?: boolean;
  /**
   * What an operator may set at each replica by itself, as a quota. The log carries that of the leader with each command:
   * `apply` must go by `turn.setting` and not by this, or replicas that are set unlike part for ever.
   */
  readonly setting?: number;
  /** A number that differs for different states, all but certainly: below 2^53. Of the whole content when absent. */
  hash?(state: State): number;
  /**
   * All answers and results are plain data for certain, so that nobody looks at each of them. One that is none would end
   * every replica that gives it: leave this out unless a test says so and the time counts.
   */
  readonly answersArePlain?: true;
}

/** Thrown where the state of a machine is not plain data: no hash and no snapshot can be made of it, at any replica. */
export class MachineStateError extends Error {
  override readonly name: string = "MachineStateError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "MACHINE_STATE" = "MACHINE_STATE";
}

const notPlain = (machine: string, why: string): MachineStateError =>
  new MachineStateError(
    `the state of the machine "${machine}" is not plain data: ${why}. Its apply put that there: mend it, and start every ` +
      "replica with the mended program, which applies the log to it anew",
  );

const wholeAtOnce = <State>(machine: string): Slicing<State> => ({
  view(state) {
    // Where copying stops short of it, the disk would: a message about a chunk says nothing to the machine's author.
    const why = refusalOf(state, "state");
    if (why !== undefined) throw notPlain(machine, why);
    return clone(state);
  },
  slice: (view) => ({ chunk: view, next: null }),
  restore: (_state, chunk) => clone(chunk as State),
});

/** How this machine is copied: as it says, or whole at once. @throws MachineStateError from `view`. */
export const slicingOf = <State>({
  name,
  slicing,
}: {
  readonly name: string;
  readonly slicing?: Slicing<State>;
}): Slicing<State> => slicing ?? wholeAtOnce(name);

/** The hash of a state of this machine. @throws MachineStateError. */
export const hashOf = <State>(
  machine: { readonly name: string; hash?(state: State): number },
  state: State,
): number => {
  if (machine.hash !== undefined) return machine.hash(state);
  try {
    return hashPlain53(state);
  } catch (error) {
    if (error instanceof PlainDataError) throw notPlain(machine.name, refusalOf(state, "state") ?? error.message);
    throw error;
  }
};

/** The hash of a state, or why none can be made of it. */
export type StateHash =
  | { readonly hash: number; readonly fault: null }
  | { readonly hash: null; readonly fault: string };

/** The hash of a state of this machine for somebody who only asks: the machine's author may be at fault, and is told so. */
export const hashOrFault = <State>(
  machine: { readonly name: string; hash?(state: State): number },
  state: State,
): StateHash => {
  try {
    return { hash: hashOf(machine, state), fault: null };
  } catch (error) {
    if (error instanceof MachineStateError) return { hash: null, fault: error.message };
    // What can be thrown else is what the machine's own hash throws.
    return { hash: null, fault: `the machine "${machine.name}" cannot hash its state: ${(error as Error)?.message}` };
  }
};
