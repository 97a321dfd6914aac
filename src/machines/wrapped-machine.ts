import type { StateMachine } from "./state-machine.ts";

/**
 * The same machine with some of its parts changed. All parts are named here and nowhere else: methods of a class are none of
 * its own fields, so they cannot be spread, and a part that a wrapper forgets is one that its machine silently loses.
 */
export const wrappedMachine = <State, Command, Answer, Query, Result>(
  machine: StateMachine<State, Command, Answer, Query, Result>,
  changes: Partial<StateMachine<State, Command, Answer, Query, Result>>,
): StateMachine<State, Command, Answer, Query, Result> => {
  const { name, version, parts, slicing, keepsNoBytes, setting, answersArePlain } = machine;
  return {
    name,
    version,
    init: () => machine.init(),
    apply: (state, command, turn) => machine.apply(state, command, turn),
    query: (state, query) => machine.query(state, query),
    ...(parts === undefined ? {} : { parts }),
    ...(slicing === undefined ? {} : { slicing }),
    ...(machine.hash === undefined ? {} : { hash: (state) => machine.hash!(state) }),
    ...(keepsNoBytes === undefined ? {} : { keepsNoBytes }),
    ...(setting === undefined ? {} : { setting }),
    ...(answersArePlain === undefined ? {} : { answersArePlain }),
    ...changes,
  };
};
