import { type EndpointOrder, never } from "./endpoint-order.ts";
import { OrderSearch } from "./order-search.ts";
import { RealTimeOrder } from "./real-time-order.ts";
import type { Transitions } from "./transitions.ts";

/** Some of the operations of a history, to be linearized. */
export interface Selection {
  /** The state before them. */
  readonly start: number;
  /** Numbers of operations, in the order of invocation. */
  readonly members: readonly number[];
  /** Operations that may take effect at any time after their call, or never; if they do, with the answer they gave. */
  readonly loose?: ReadonlySet<number>;
  /** What returns after this rank is loose too. */
  readonly endRank?: number;
}

/** The order that explains the most returns, in numbers of operations of the history. */
export interface LongestLinearization {
  readonly order: readonly number[];
  /** The state that it leaves. */
  readonly state: number;
  /** The operation whose return comes next and finds no place; `undefined` when every return is explained. */
  readonly misfit: number | undefined;
}

/** The search for a linearization of a selection; its operations are told by their numbers in the whole history. */
export class Linearization<State, Input, Output> {
  readonly #search: OrderSearch<State, Input, Output>;
  readonly #realTime: RealTimeOrder;
  readonly #numbers: Int32Array;

  /** @param finalStates As for `OrderSearch`: collects all states that the selection can end in. */
  constructor(
    order: EndpointOrder<Input, Output>,
    transitions: Transitions<State, Input, Output>,
    selection: Selection,
    finalStates?: Set<number>,
  ) {
    const { action, invoked, returned, numbers } = selected(order, transitions, selection);
    this.#numbers = numbers;
    this.#realTime = new RealTimeOrder(action, invoked, returned);
    const determined = Uint8Array.from(returned, (rank) => (rank === never ? 0 : 1));
    const problem = { start: selection.start, action, determined };
    this.#search = new OrderSearch(transitions, problem, this.#realTime, finalStates);
  }

  /** `found`: linearizable. `exhausted`: not. `open`: run on. */
  get result(): "open" | "found" | "exhausted" {
    return this.#search.result;
  }

  get steps(): number {
    return this.#search.steps;
  }

  get bytes(): number {
    return this.#search.bytes;
  }

  run(stepsMax: number): void {
    this.#search.run(stepsMax);
  }

  /** When found, a linearization; else the best there is so far. */
  longest(): LongestLinearization {
    const { order, state, explained } = this.#search.longest();
    const next = this.#realTime.returning(explained);
    return {
      order: order.map((operation) => this.#numbers[operation]!),
      state,
      misfit: next === undefined ? undefined : this.#numbers[next],
    };
  }
}

/** Operations that are indeterminate or loose, and read-only, are left out: whether they took effect is no matter. */
const selected = <State, Input, Output>(
  order: EndpointOrder<Input, Output>,
  transitions: Transitions<State, Input, Output>,
  { members, loose, endRank = never }: Selection,
): {
  readonly action: Int32Array;
  readonly invoked: Int32Array;
  readonly returned: Int32Array;
  readonly numbers: Int32Array;
} => {
  const action = new Int32Array(members.length);
  const invoked = new Int32Array(members.length);
  const returned = new Int32Array(members.length);
  const numbers = new Int32Array(members.length);
  let count = 0;
  for (const member of members) {
    const operation = order.operations[member]!;
    const end = order.returned[member]!;
    const isDetermined = end !== never && end <= endRank && loose?.has(member) !== true;
    const id = transitions.actionOf(operation.input, end === never ? undefined : operation.output);
    if (!isDetermined && transitions.readOnly(id)) continue;
    action[count] = id;
    invoked[count] = order.invoked[member]!;
    returned[count] = isDetermined ? end : never;
    numbers[count++] = member;
  }
  return {
    action: action.subarray(0, count),
    invoked: invoked.subarray(0, count),
    returned: returned.subarray(0, count),
    numbers: numbers.subarray(0, count),
  };
};
