import { describe } from "../../model/plain.ts";
import { equalContent } from "../content-equality.ts";
import type { RegisterAccess } from "../register-view.ts";
import { type Applied, type Specification, specificationOf } from "../specification.ts";
import { describeRegister, type RegisterInput, readOrWrite } from "./register.ts";

/** What a client asks of a register with compare-and-set. */
export type CasRegisterInput<V> = RegisterInput<V> | { readonly kind: "cas"; readonly expected: V; readonly value: V };

/** A read answers the value; a compare-and-set answers whether it took effect; a write answers nothing. */
export type CasRegisterOutput<V> = V | boolean;

const apply = <V>(state: V, input: CasRegisterInput<V>): Applied<V, CasRegisterOutput<V>> => {
  if (input.kind === "read") return { state, output: state };
  if (input.kind === "write") return { state: input.value, output: undefined };
  return equalContent(state, input.expected) ? { state: input.value, output: true } : { state, output: false };
};

/** A compare-and-set as the access of a register: one without an answer took effect, if at all, as one that succeeded. */
export const casAccess = (
  { expected, value }: { readonly expected: unknown; readonly value: unknown },
  output: unknown,
): RegisterAccess => (output === false ? { kind: "differs", value: expected } : { kind: "update", expected, value });

/**
 * A register with compare-and-set (Herlihy 1991: consensus number ∞, so no quorum register implements it without
 * consensus). A compare-and-set answers true exactly when the register held what was expected.
 */
export const casRegister = <V>(initial: V): Specification<V, CasRegisterInput<V>, CasRegisterOutput<V>> =>
  specificationOf<V, CasRegisterInput<V>, CasRegisterOutput<V>>({
    name: "register with compare-and-set",
    init: () => initial,
    apply,
    readOnly: (input, output) =>
      input.kind === "read" ||
      (input.kind === "cas" && (output === false || equalContent(input.expected, input.value))),
    register: {
      initial,
      access: (input, output) => (input.kind === "cas" ? casAccess(input, output) : readOrWrite(input, output)),
    },
    describe: (input, output) => {
      if (input.kind !== "cas") return describeRegister(input, output);
      const call = `cas(${describe(input.expected)}, ${describe(input.value)})`;
      return output === undefined ? call : `${call} → ${describe(output)}`;
    },
  });
