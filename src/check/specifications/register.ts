import { describe } from "../../model/plain.ts";
import type { RegisterAccess } from "../register-view.ts";
import { type Specification, specificationOf } from "../specification.ts";

/** What a client asks of a register. */
export type RegisterInput<V> = { readonly kind: "read" } | { readonly kind: "write"; readonly value: V };

/** A register in words: "read → 1", "write(1)". */
export const describeRegister = <V>(input: RegisterInput<V>, output: V | undefined): string => {
  if (input.kind === "write") return `write(${describe(input.value)})`;
  return output === undefined ? "read" : `read → ${describe(output)}`;
};

/** A read or a write as the access of a register. */
export const readOrWrite = <V>(input: RegisterInput<V>, output: unknown): RegisterAccess => {
  if (input.kind === "write") return { kind: "write", value: input.value };
  return output === undefined ? { kind: "nothing" } : { kind: "read", value: output };
};

/** A read/write register (Lamport 1986). A read answers the value, a write answers nothing. */
export const register = <V>(initial: V): Specification<V, RegisterInput<V>, V> =>
  specificationOf<V, RegisterInput<V>, V>({
    name: "register",
    init: () => initial,
    apply: (state, input) =>
      input.kind === "read" ? { state, output: state } : { state: input.value, output: undefined },
    readOnly: (input) => input.kind === "read",
    register: { initial, access: readOrWrite },
    describe: describeRegister,
  });
