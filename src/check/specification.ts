import { describe } from "../model/plain.ts";
import { equalContent } from "./content-equality.ts";
import type { RegisterView } from "./register-view.ts";

/** What `step` answers when no object of this type could have given that output in that state. */
export const illegal: unique symbol = Symbol("illegal");

/**
 * A sequential specification: how the object behaves when one operation happens after the other (Herlihy and Wing
 * 1990). States, inputs and outputs are plain data and are never changed in place.
 *
 * Where an operation may have several outcomes, let a state be the set of the states that the object can be in.
 */
export interface Specification<State, Input, Output> {
  /** What the object is called in a sentence: "register", "queue". */
  readonly name: string;
  /** The object before its first operation. */
  init(): State;
  /** The state afterwards, or `illegal`. Output `undefined` is an output that nobody saw: any output is allowed. */
  step(state: State, input: Input, output: Output | undefined): State | typeof illegal;
  /** The object itself: what it would answer. For reference implementations and generators of legal histories. */
  apply?(state: State, input: Input): Applied<State, Output>;
  /**
   * The part of the object that an operation touches, when each touches exactly one: such a history is linearizable if
   * and only if it is so key by key (Herlihy and Wing 1990, locality), and keys are far quicker to check.
   */
  keyOf?(input: Input): string | number;
  /**
   * True when an operation with that output changes no state, whatever the state: a read, a compare-and-set that
   * failed. The searches place such operations at once instead of trying every place; a wrong claim is found out and
   * thrown as `SpecificationError`.
   */
  readOnly?(input: Input, output: Output | undefined): boolean;
  /**
   * How the object, or what lies at one key, is a register. It only makes checks quicker: histories in which every value
   * is written once are then decided without a search.
   */
  readonly register?: RegisterView<Input, Output>;
  /** One operation as a person reads it; `undefined` is an output that nobody saw. */
  describe?(input: Input, output: Output | undefined): string;
}

/** What an operation does to a state, and what it answers. */
export interface Applied<State, Output> {
  readonly state: State;
  /** `undefined`: the operation answers nothing worth checking. */
  readonly output: Output | undefined;
}

/** A specification that contradicts itself. */
export class SpecificationError extends Error {
  override readonly name: string = "SpecificationError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "SPECIFICATION" = "SPECIFICATION";
}

/** An object given by what it does. */
export interface ObjectRules<State, Input, Output> {
  readonly name: string;
  /** The object before its first operation. */
  init(): State;
  /** Pure, and defined for every input in every state. */
  apply(state: State, input: Input): Applied<State, Output>;
  /** Whether the answer seen counts as the answer due; equality of data when absent. */
  matches?(due: Output, seen: Output): boolean;
  /** The one part that an operation touches; see `Specification`. */
  keyOf?(input: Input): string | number;
  /** Whether an operation with that answer leaves every state as it is; see `Specification`. */
  readOnly?(input: Input, output: Output | undefined): boolean;
  /** How the object, or what lies at one key, is a register; see `Specification`. */
  readonly register?: RegisterView<Input, Output>;
  /** An operation as a person reads it. */
  describe?(input: Input, output: Output | undefined): string;
}

/** The specification of a deterministic object: an output is legal when it is what the object would have answered. */
export const specificationOf = <State, Input, Output>(
  rules: ObjectRules<State, Input, Output>,
): Specification<State, Input, Output> => {
  const matches = rules.matches ?? equalContent;
  return {
    ...rules,
    step(state: State, input: Input, output: Output | undefined): State | typeof illegal {
      const due = rules.apply(state, input);
      if (output === undefined || due.output === undefined || matches(due.output, output)) return due.state;
      return illegal;
    },
  };
};

/** One operation in words, by the specification or, if it has none, by its data. */
export const describeOperation = <Input, Output>(
  specification: Pick<Specification<unknown, Input, Output>, "describe">,
  operation: { readonly input: Input; readonly output?: Output; readonly returnedAt?: number },
): string => {
  const output = operation.returnedAt === undefined ? undefined : operation.output;
  if (specification.describe !== undefined) return specification.describe(operation.input, output);
  return output === undefined ? describe(operation.input) : `${describe(operation.input)} → ${describe(output)}`;
};
