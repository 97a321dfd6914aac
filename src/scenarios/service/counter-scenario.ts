import type { StateMachine } from "../../machines/index.ts";
import type { AnyScenario } from "../../simulate/index.ts";
import { replicate } from "./replicate.ts";

/** Adds a number. Author and number make every command unique. */
interface Add {
  readonly by: number;
  readonly author: number;
  readonly number: number;
}

/** A counter that answers what it counts after the addition. */
const counterMachine: StateMachine<{ count: number }, Add, number, null, number> = {
  name: "counter",
  version: 1,
  init: () => ({ count: 0 }),
  apply(state, { by }) {
    state.count += by;
    return state.count;
  },
  query: ({ count }) => count,
};

/** Row 52. */
export const counterScenario: AnyScenario = replicate(counterMachine, { client: { spreadsQueries: true } }).scenario({
  id: "service/counter",
  title: "A counter as a service: no addition lost, none counted twice",
  about:
    "Clients add to a counter that three replicas keep. Replicas crash and recover, the leader changes, messages and " +
    "answers are lost, and clients send again what was not answered. A session with numbers lets every addition count once.",
  calls: (draw, author, number) =>
    draw.below("operation", 2) === 0
      ? { kind: "query", query: null }
      : { kind: "execute", command: { by: draw.between("by", 1, 9), author, number } },
});
