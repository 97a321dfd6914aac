import type { StateMachine } from "../../machines/index.ts";

/** Adds a number. The author and number make every command unique. */
export interface Add {
  readonly by: number;
  readonly author: number;
  readonly number: number;
}

/** A counter that answers what it counts after the addition. */
export const counterMachine: StateMachine<{ count: number }, Add, number, null, number> = {
  name: "counter",
  version: 1,
  init: () => ({ count: 0 }),
  apply(state, { by }) {
    state.count += by;
    return state.count;
  },
  query: ({ count }) => count,
};
