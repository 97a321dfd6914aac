import type { Budgets } from "./budgets.ts";
import { Confluence, isDead, isFirst } from "./confluence.ts";
import type { IntBuffer } from "./int-buffer.ts";
import { LocalClosure } from "./local-closure.ts";
import { LocalQuotient } from "./local-quotient.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import type { NetworkKind } from "./network-draft.ts";
import { atNodes } from "./state-layout.ts";

/** What a reduction took away. */
export interface ReductionReport {
  /** Local states that were foreseen, of all processes, and how many of them can be told apart. */
  readonly localStates: number;
  readonly localStatesLeft: number;
  /** States of which one step was taken, since it commutes with all that may come before it. */
  readonly single: number;
  /** Messages that left the network at once, since they would never do anything. */
  readonly vanished: number;
}

/** A step that is taken alone; `item` is what leaves the network by it, 0 for nothing. */
interface StepAlone {
  readonly node: number;
  readonly event: number;
  readonly item: number;
}

/** What a reduction is looked for in. */
export interface ReductionInput {
  readonly local: LocalTransitions;
  readonly network: NetworkKind;
  readonly budgets: Budgets;
  /** Whether a message may also be lost, come again or be forged, as a step of its own. */
  readonly meddles: boolean;
  readonly expired: () => boolean;
  readonly origins: readonly { readonly locals: readonly number[]; readonly messages: readonly number[] }[];
}

/** Steps of single processes that are looked at before the search, at most. */
const stepsMax = 20_000;

/**
 * What makes a search smaller, found before it in the table of local steps: local states that nobody can tell apart are
 * one, dead messages vanish, and where some step commutes with all that can come before it, it is the only one taken.
 */
export class Reduction {
  /** Why it is not to be trusted after all: the search took a step that was not foreseen. */
  refusal: string | null = null;
  single = 0;
  vanished = 0;
  readonly #local: LocalTransitions;
  readonly #quotient: LocalQuotient;
  readonly #flags: IntBuffer;

  constructor(closure: LocalClosure, { local, network, meddles }: ReductionInput) {
    this.#local = local;
    this.#quotient = new LocalQuotient(local, closure, network === "ordered");
    this.#quotient.apply();
    this.#flags = new Confluence(local, closure, this.#quotient, network, meddles).flags;
  }

  get report(): ReductionReport {
    const { before, after } = this.#quotient;
    return { localStates: before, localStatesLeft: after, single: this.single, vanished: this.vanished };
  }

  /** The local state that stands for one. */
  of(state: number): number {
    return this.#quotient.of(state);
  }

  /** A step that commutes with all that can come before it, in a state of a search; null where there is none. */
  stepIn(state: Int32Array, nodes: number, messageOf: (item: number) => number): StepAlone | null {
    const first = atNodes + nodes + 1;
    for (let at = first; at < first + state[first - 1]!; at++) {
      const item = state[at]!;
      const event = messageOf(item);
      const node = this.#local.receiver.data[event]! - 1;
      if (this.#isFirst(state[atNodes + node]!, event)) return { node, event, item };
    }
    const { own, ownCount, cost } = this.#local;
    for (let node = 0; node < nodes; node++) {
      const here = state[atNodes + node]!;
      const at = this.#local.ownOf(here);
      for (let index = at; index < at + ownCount.data[here]!; index++) {
        const event = own.data[index]!;
        if (cost.data[event] === 0 && this.#isFirst(here, event)) return { node, event, item: 0 };
      }
    }
    return null;
  }

  #isFirst(state: number, event: number): boolean {
    if ((this.#flagsOf(this.#local.row(state, event)) & isFirst) === 0) return false;
    this.single++;
    return true;
  }

  /** Whether the message of a row may vanish. */
  isDead(row: number): boolean {
    return (this.#flagsOf(row) & isDead) !== 0;
  }

  /** Every step of a search is asked for here, so that none is missed that was not foreseen. */
  #flagsOf(row: number): number {
    if (row < this.#flags.length) return this.#flags.data[row]!;
    this.refusal ??= "a process took a step that was not foreseen";
    return 0;
  }
}

/** The reduction of a search, or in words why there is none. */
export const reductionOf = (input: ReductionInput): Reduction | string => {
  const { local, budgets, expired, origins } = input;
  const nodes = origins[0]?.locals.length ?? 0;
  const closure = new LocalClosure(nodes, local, { budgets, stepsMax, expired });
  for (const { locals, messages } of origins) closure.begin(locals, messages);
  return closure.run() ? new Reduction(closure, input) : `single processes have more than ${stepsMax} steps`;
};
