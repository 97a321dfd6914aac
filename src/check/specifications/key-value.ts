import { describe } from "../../model/plain.ts";
import { equalContent } from "../content-equality.ts";
import type { RegisterAccess } from "../register-view.ts";
import { type Applied, type Specification, specificationOf } from "../specification.ts";
import { casAccess } from "./cas-register.ts";

/** The name of a key. */
export type Key = string | number;

/** What a client asks of a key-value store. `cas` expecting the absent value creates the key. */
export type KeyValueInput<V> =
  | { readonly kind: "get"; readonly key: Key }
  | { readonly kind: "put"; readonly key: Key; readonly value: V }
  | { readonly kind: "append"; readonly key: Key; readonly suffix: string }
  | { readonly kind: "cas"; readonly key: Key; readonly expected: V | null; readonly value: V }
  | { readonly kind: "delete"; readonly key: Key };

/** A get answers the value, `cas` whether it took effect, `delete` whether the key was there; the others nothing. */
export type KeyValueOutput<V> = V | null | boolean;

/** The keys that are there. */
export type KeyValueState<V> = ReadonlyMap<Key, V>;

const holding = <V>(state: KeyValueState<V>, key: Key, value: V): KeyValueState<V> => new Map(state).set(key, value);

const without = <V>(state: KeyValueState<V>, key: Key): KeyValueState<V> => {
  const rest = new Map(state);
  rest.delete(key);
  return rest;
};

const describeKeyValue = <V>(input: KeyValueInput<V>, output: KeyValueOutput<V> | undefined): string => {
  const answer = output === undefined ? "" : ` → ${describe(output)}`;
  if (input.kind === "get") return `get(${input.key})${answer}`;
  if (input.kind === "delete") return `delete(${input.key})${answer}`;
  if (input.kind === "put") return `put(${input.key}, ${describe(input.value)})`;
  if (input.kind === "append") return `append(${input.key}, ${describe(input.suffix)})`;
  return `cas(${input.key}, ${describe(input.expected)}, ${describe(input.value)})${answer}`;
};

/** A delete is none: whether it answers true depends on the value and it leaves the one that was there at first. */
const accessOf = <V>(input: KeyValueInput<V>, output: unknown): RegisterAccess | undefined => {
  switch (input.kind) {
    case "get":
      return output === undefined ? { kind: "nothing" } : { kind: "read", value: output };
    case "put":
      return { kind: "write", value: input.value };
    case "append":
      return { kind: "append", item: input.suffix };
    case "cas":
      return casAccess(input, output);
    case "delete":
      return undefined;
  }
};

/**
 * A key-value store of independent keys. `absent` is what a get of a missing key answers and what an append starts
 * from: null by default, "" in stores that know no missing keys. Appending to what is not text replaces it.
 */
export const keyValue = <V>(
  absent: V | null = null,
): Specification<KeyValueState<V | string>, KeyValueInput<V>, KeyValueOutput<V | string>> => {
  type State = KeyValueState<V | string>;
  const apply = (state: State, input: KeyValueInput<V>): Applied<State, KeyValueOutput<V | string>> => {
    const value = state.has(input.key) ? (state.get(input.key) as V | string) : absent;
    switch (input.kind) {
      case "get":
        return { state, output: value };
      case "put":
        return { state: holding<V | string>(state, input.key, input.value), output: undefined };
      case "append": {
        const text = typeof value === "string" ? value + input.suffix : input.suffix;
        return { state: holding<V | string>(state, input.key, text), output: undefined };
      }
      case "cas":
        if (!equalContent(value, input.expected)) return { state, output: false };
        return { state: holding<V | string>(state, input.key, input.value), output: true };
      case "delete":
        return { state: without(state, input.key), output: state.has(input.key) };
    }
  };
  return specificationOf<State, KeyValueInput<V>, KeyValueOutput<V | string>>({
    name: "key-value store",
    init: () => new Map(),
    apply,
    keyOf: (input) => input.key,
    readOnly: (input, output) =>
      input.kind === "get" || (input.kind === "cas" && (output === false || equalContent(input.expected, input.value))),
    register: { initial: absent, keyOf: (input) => input.key, access: accessOf },
    describe: describeKeyValue,
  });
};
