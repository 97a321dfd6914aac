import { describe } from "../../model/plain.ts";
import { equalContent } from "../content-equality.ts";
import { type Applied, type Specification, specificationOf } from "../specification.ts";

/** What a client asks of a set. */
export type SetInput<V> =
  | { readonly kind: "add" | "remove" | "contains"; readonly value: V }
  | { readonly kind: "read" };

/** Add and remove may answer whether they changed the set; contains answers whether; read answers the members. */
export type SetOutput<V> = boolean | readonly V[];

const apply = <V>(state: ReadonlySet<V>, input: SetInput<V>): Applied<ReadonlySet<V>, SetOutput<V>> => {
  if (input.kind === "read") return { state, output: [...state] };
  const present = state.has(input.value);
  if (input.kind === "contains") return { state, output: present };
  if (input.kind === "add" ? present : !present) return { state, output: false };
  const changed = new Set(state);
  if (input.kind === "add") changed.add(input.value);
  else changed.delete(input.value);
  return { state: changed, output: true };
};

/** A set of scalars. The order of the members in a read's answer does not matter; a member named twice does. */
export const set = <V extends string | number>(
  initial: readonly V[] = [],
): Specification<ReadonlySet<V>, SetInput<V>, SetOutput<V>> =>
  specificationOf<ReadonlySet<V>, SetInput<V>, SetOutput<V>>({
    name: "set",
    init: () => new Set(initial),
    apply,
    matches: (due, seen) =>
      typeof due === "object" && typeof seen === "object"
        ? due.length === seen.length && equalContent(new Set(due), new Set(seen))
        : due === seen,
    readOnly: (input, output) => input.kind === "contains" || input.kind === "read" || output === false,
    describe: (input, output) => {
      const call = input.kind === "read" ? "read" : `${input.kind}(${describe(input.value)})`;
      return output === undefined ? call : `${call} → ${describe(output)}`;
    },
  });
