import { type AnyProperty, linearizable, type Specification, specificationOf } from "../../check/index.ts";
import type { CommandOutcome, QueryOutcome, StateMachine } from "../../machines/index.ts";
import { clone, describe } from "../../model/index.ts";

type Input<Command, Query> =
  | { readonly kind: "execute"; readonly command: Command }
  | { readonly kind: "query"; readonly query: Query };

/** A state machine, one call after the other, as a specification: what its replicas must look like from outside. */
const specificationOfMachine = <State, Command, Answer, Query, Result>(
  machine: StateMachine<State, Command, Answer, Query, Result>,
): Specification<State, Input<Command, Query>, Answer | Result> =>
  specificationOf<State, Input<Command, Query>, Answer | Result>({
    name: machine.name,
    init: () => machine.init(),
    apply: (state, input) => {
      if (input.kind === "query") return { state, output: machine.query(state, input.query) };
      const after = clone(state);
      const turn = { index: 0, place: 0, timeMs: 0, setting: machine.setting };
      return { state: after, output: machine.apply(after, input.command, turn) };
    },
    readOnly: (input) => input.kind === "query",
    describe: (input, output) => {
      const call = `${input.kind}(${describe(input.kind === "query" ? input.query : input.command)})`;
      return output === undefined ? call : `${call} → ${describe(output)}`;
    },
  });

/**
 * LIN: the replicated machine looks to its clients as one machine that does their calls one after the other. Serializable
 * queries promise less and are left out; so must be machines whose answers depend on the turn.
 */
export const linearizableService = <State, Command, Answer, Query, Result>(
  machine: StateMachine<State, Command, Answer, Query, Result>,
  id = "LIN",
): AnyProperty =>
  linearizable<State, Input<Command, Query>, Answer | Result>(id, specificationOfMachine(machine), {
    input: (name, [, asked, consistency]) => {
      if (name === "execute") return { kind: "execute", command: asked as Command };
      return name === "query" && consistency === "linearizable" ? { kind: "query", query: asked as Query } : undefined;
    },
    output: (name, [, outcome]) => {
      if (name === "outcome") return outputOf(outcome as CommandOutcome<Answer>);
      if (name !== "result") return undefined;
      const result = outcome as QueryOutcome<Result>;
      return result.kind === "answer" ? { output: result.result } : "without effect";
    },
  });

const outputOf = <Answer>(outcome: CommandOutcome<Answer>) => {
  if (outcome.kind === "answer") return { output: outcome.answer };
  if (outcome.happened === "no") return "without effect";
  return outcome.happened === "yes" ? { output: undefined } : "maybe";
};
