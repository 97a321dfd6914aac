import type { NodeId } from "../model/index.ts";
import type { SearchInput } from "./search-input.ts";
import { atBudget, atNodes } from "./state-layout.ts";

/**
 * Which steps are interruptions: a process takes one while the process that took the step before has messages left that
 * would do something there. A search by interruptions looks first at runs in which each process, once it is its turn,
 * deals with all that has come; messages that come late cost one interruption each. Most bugs need few of them, and runs
 * with few are not many, so that bugs deep down come early. Nothing is left out: where the search comes to its end it has
 * seen every state.
 *
 * Source: Qadeer, Rehof 2005, Context-bounded model checking of concurrent software; Musuvathi, Qadeer 2007, Iterative
 * context bounding, with processes for threads and an empty inbox for a thread that waits.
 */
export class Interruptions {
  readonly #in: SearchInput;
  readonly #messageOf: (item: number) => number;
  /** Whether whoever took the last step has something left to do. */
  #isBusy = false;

  constructor(input: SearchInput, messageOf: (item: number) => number) {
    this.#in = input;
    this.#messageOf = messageOf;
  }

  /** Looks at the state whose steps are taken next. */
  begin(state: Int32Array): void {
    const turn = this.#in.budgets.turnOf(state[atBudget]!);
    this.#isBusy = turn >= 0 && this.#hasWork(state, turn);
  }

  /** Whether what leads to such budgets interrupts somebody. */
  isOne(state: Int32Array, budget: number): boolean {
    const { budgets } = this.#in;
    return this.#isBusy && budgets.turnOf(budget) !== budgets.turnOf(state[atBudget]!);
  }

  #hasWork(state: Int32Array, node: NodeId): boolean {
    const { nodes, local } = this.#in;
    const first = atNodes + nodes + 1;
    for (let at = first; at < first + state[first - 1]!; at++) {
      const message = this.#messageOf(state[at]!);
      if (local.receiver.data[message] === node + 1 && this.#doesSomething(state[atNodes + node]!, message))
        return true;
    }
    return false;
  }

  #doesSomething(state: number, message: number): boolean {
    const { rowFirst, rowCount, to, sendsCount, observed, thrown } = this.#in.local;
    const row = this.#in.local.row(state, message);
    const first = rowFirst.data[row]!;
    for (let at = first; at < first + rowCount.data[row]!; at++)
      if (to.data[at] !== state || sendsCount.data[at]! + observed.data[at]! + thrown.data[at]! > 0) return true;
    return false;
  }
}
