import { describe } from "../../model/plain.ts";
import { type Specification, specificationOf } from "../specification.ts";

/** What a client asks of a counter. */
export type CounterInput = { readonly kind: "read" } | { readonly kind: "add"; readonly delta: number };

/** A counter. A read answers the sum; an add may answer the sum after it (fetch-and-add), or nothing. */
export const counter = (initial: number = 0): Specification<number, CounterInput, number> =>
  specificationOf<number, CounterInput, number>({
    name: "counter",
    init: () => initial,
    apply: (state, input) => {
      const sum = input.kind === "add" ? state + input.delta : state;
      return { state: sum, output: sum };
    },
    readOnly: (input) => input.kind === "read" || input.delta === 0,
    describe: (input, output) => {
      const call = input.kind === "read" ? "read" : `add(${input.delta})`;
      return output === undefined ? call : `${call} → ${describe(output)}`;
    },
  });
