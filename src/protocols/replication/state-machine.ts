import type { Port } from "../../model/index.ts";

/**
 * What is replicated: an initial state, and how a command changes it and what it answers. Pure: the same state and the
 * same command give the same result at every replica, or the replicas part for ever. All of it is plain data.
 */
export interface StateMachine<State, Command, Result> {
  readonly name: string;
  readonly initial: State;
  /** The turn of one command. */
  readonly apply: (state: State, command: Command) => Applied<State, Result>;
}

/** A state after a command, and the answer to it. */
export interface Applied<State, Result> {
  readonly state: State;
  readonly result: Result;
}

/**
 * A replicated service: whoever executes a command gets its result once the command had its turn (RSM2), and all
 * replicas apply the same commands in the same order (RSM1), so that their states are the same (SMR1).
 *
 * Source: Schneider 1990, Implementing Fault-Tolerant Services Using the State Machine Approach; Cachin, Guerraoui,
 * Rodrigues 2011, module 6.2.
 */
export interface ReplicatedService<Command, Result> extends Port {
  readonly requests: {
    /** The command will have its turn at every replica, after those that were ordered before it. */
    readonly execute: (command: Command) => void;
  };
  readonly indications: {
    /** The answer to a command of this process. Answers come in the order of its commands where the broadcast is FIFO. */
    readonly output: (result: Result) => void;
    /** A command had its turn here, whoever executed it; `stateHash` is of the state after it: the divergence alarm. */
    readonly applied: (command: Command, result: Result, stateHash: number) => void;
  };
}
