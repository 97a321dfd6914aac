import { hashPlain53, type Module } from "../../model/index.ts";
import type { Broadcast } from "../broadcast/broadcast.ts";
import type { ReplicatedService, StateMachine } from "./state-machine.ts";

/** The decisions on which replication rests. */
export interface StateMachineRules {
  /** What a replica really applies for a command: the command, whatever its own clock shows. */
  readonly resolve: <Command>(command: Command, clock: () => number) => Command;
}

const stateMachineRules: StateMachineRules = { resolve: (command) => command };

/**
 * Replication of a state machine: every command is broadcast, every replica applies what is delivered. It claims exactly
 * what the broadcast below claims: with total order all replicas go through the same states; with less their states may
 * differ (case B38).
 *
 * Source: Schneider 1990; Cachin, Guerraoui, Rodrigues 2011, algorithm 6.2, "Replicated State Machine".
 */
export const replicatedStateMachine = <State, Command, Result>(
  machine: StateMachine<State, Command, Result>,
  { rules: changed = {} }: { readonly rules?: Partial<StateMachineRules> } = {},
): Module<{
  provides: ReplicatedService<Command, Result>;
  uses: { broadcast: Broadcast<Command> };
  state: { data: State };
}> => {
  const rules: StateMachineRules = { ...stateMachineRules, ...changed };
  return {
    name: `replicated ${machine.name}`,
    source: "Schneider 1990; Cachin, Guerraoui, Rodrigues 2011, algorithm 6.2",
    init: () => ({ data: machine.initial }),
    upon: {
      request: {
        execute: (_s, io, command) => io.broadcast.broadcast(command),
      },
      broadcast: {
        deliver(s, io, origin, command) {
          const { state, result } = machine.apply(
            s.data,
            rules.resolve(command, () => io.clock("wall")),
          );
          s.data = state;
          io.up.applied(command, result, hashPlain53(state));
          if (origin === io.self) io.up.output(result);
        },
      },
    },
  };
};
