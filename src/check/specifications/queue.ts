import { describe } from "../../model/plain.ts";
import { type Applied, type Specification, specificationOf } from "../specification.ts";

/** What a client asks of a queue. */
export type QueueInput<V> = { readonly kind: "enqueue"; readonly value: V } | { readonly kind: "dequeue" };

const apply = <V>(state: readonly V[], input: QueueInput<V>): Applied<readonly V[], V | null> => {
  if (input.kind === "enqueue") return { state: [...state, input.value], output: undefined };
  const head = state[0];
  return head === undefined ? { state, output: null } : { state: state.slice(1), output: head };
};

/**
 * A first-in-first-out queue without a bound (Herlihy and Wing 1990, section 2.1). A dequeue answers the oldest value,
 * or null when the queue is empty; an enqueue answers nothing.
 */
export const queue = <V extends string | number | boolean>(
  initial: readonly V[] = [],
): Specification<readonly V[], QueueInput<V>, V | null> =>
  specificationOf<readonly V[], QueueInput<V>, V | null>({
    name: "queue",
    init: () => initial,
    apply,
    readOnly: (input, output) => input.kind === "dequeue" && output === null,
    describe: (input, output) => {
      if (input.kind === "enqueue") return `enqueue(${describe(input.value)})`;
      return output === undefined ? "dequeue" : `dequeue → ${output === null ? "empty" : describe(output)}`;
    },
  });
