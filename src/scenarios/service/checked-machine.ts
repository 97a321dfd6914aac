import { type StateMachine, slicingOf, wrappedMachine } from "../../machines/index.ts";
import { refusalOf } from "../../model/index.ts";

/**
 * The same machine, whose state is looked at after each command. A replica looks only where it hashes the state, and there
 * not at everything (a NaN has a hash): in a simulation the first command that spoils the state is the one to show.
 *
 * A machine that makes slices of its state is left as it is: what must be plain of it are the slices.
 */
export const checkedMachine = <State, Command, Answer, Query, Result>(
  machine: StateMachine<State, Command, Answer, Query, Result>,
): StateMachine<State, Command, Answer, Query, Result> => {
  if (machine.slicing !== undefined) return machine;
  const whole = slicingOf<State>({ name: machine.name });
  return wrappedMachine(machine, {
    apply(state, command, turn) {
      const answer = machine.apply(state, command, turn);
      // The view refuses such a state in the words of a replica.
      if (refusalOf(state, "state") !== undefined) whole.view(state);
      return answer;
    },
  });
};
