import { describe } from "../../model/plain.ts";
import { type Applied, type Specification, specificationOf } from "../specification.ts";
import type { Key } from "./key-value.ts";

/** What a client asks of lists that only grow. */
export type ListAppendInput<V> =
  | { readonly kind: "append"; readonly key: Key; readonly value: V }
  | { readonly kind: "read"; readonly key: Key };

/** The lists that are not empty. */
export type ListAppendState<V> = ReadonlyMap<Key, readonly V[]>;

const none: readonly never[] = [];

const apply = <V>(state: ListAppendState<V>, input: ListAppendInput<V>): Applied<ListAppendState<V>, readonly V[]> => {
  const list = state.get(input.key) ?? none;
  if (input.kind === "read") return { state, output: list };
  return { state: new Map(state).set(input.key, [...list, input.value]), output: undefined };
};

/**
 * Lists that only grow, one a key (the workload of Kingsbury and Alvaro 2020: what a read answers tells the order of
 * all the appends before it). A read answers the whole list, an append answers nothing.
 */
export const listAppend = <V>(): Specification<ListAppendState<V>, ListAppendInput<V>, readonly V[]> =>
  specificationOf<ListAppendState<V>, ListAppendInput<V>, readonly V[]>({
    name: "append-only list",
    init: () => new Map(),
    apply,
    keyOf: (input) => input.key,
    readOnly: (input) => input.kind === "read",
    register: {
      initial: none,
      keyOf: (input) => input.key,
      access: (input, output) => {
        if (input.kind === "append") return { kind: "append", item: input.value };
        return output === undefined ? { kind: "nothing" } : { kind: "read", value: output };
      },
    },
    describe: (input, output) => {
      if (input.kind === "append") return `append(${input.key}, ${describe(input.value)})`;
      return output === undefined ? `read(${input.key})` : `read(${input.key}) → ${describe(output)}`;
    },
  });
