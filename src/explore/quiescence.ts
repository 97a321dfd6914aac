import type { BudgetTable } from "./budgets.ts";
import { IntBuffer } from "./int-buffer.ts";
import { isOwed, type SearchStep } from "./lasso-graph.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import type { NetworkKind } from "./network-draft.ts";
import type { NodeEvent, NodeImage } from "./node-image.ts";
import { ownEvents, type StepOptions } from "./node-step.ts";
import { atBudget, atNodes, atNumber, atWatch } from "./state-layout.ts";
import type { Watch } from "./watch.ts";
import { asItIs, waysOfTaking } from "./ways-of-taking.ts";

/** What is looked at. */
export interface QuiescenceInput {
  readonly local: LocalTransitions;
  readonly steps: StepOptions;
  readonly watch: Watch;
  readonly network: NetworkKind;
  readonly budgets: BudgetTable;
  /** How many processes may stay down for ever. */
  readonly downMax: number;
}

/** A state in which a run may end though something is owed. */
export interface EndOwing {
  /** The number of the state. */
  readonly number: number;
  /** What still arrives and does nothing. */
  readonly closing: readonly SearchStep[];
}

/** A process in one local state: has it something to do by itself, and does it hear. */
type Standing = "has to act" | "waits" | "is down" | "is a traitor";

/**
 * Looks for states in which a run may end though a property is still owed something. No process that is up has anything to
 * do by itself, and no message on its way would do anything: all that could still happen is a crash, a recovery, a cut or
 * a lie, and nobody has to do those. So the run that leads there and stays there is fair, whatever else there is in the
 * graph; what is owed at its end is owed for ever. That breaks a property of the form "from some time on" (`lasting`) as
 * well: it is owed at all times.
 *
 * Whether a step is possible is asked of the processes, not of the search: a timer that may not fire any more, because of
 * a bound, is a timer that has to.
 *
 * Source: Lynch, Tuttle 1987, Hierarchical correctness proofs for distributed algorithms: a finite execution is fair where
 * it is quiescent, that is, no action under the control of the system is enabled at its end; lies are input.
 */
export class Quiescence {
  found: EndOwing | null = null;
  readonly #in: QuiescenceInput;
  readonly #standing = new Map<number, Standing>();
  /** By what is remembered: 1 where nothing is owed, 2 where something is. */
  readonly #owing = new IntBuffer();

  constructor(input: QuiescenceInput) {
    this.#in = input;
  }

  /** Whether a run may end in a state though something is owed; then `found` says how. */
  look(state: Int32Array): boolean {
    const { steps, budgets, downMax } = this.#in;
    const { nodes } = steps;
    // While links are cut what they keep back is on its way; to mend them costs nothing.
    if (!this.#isOwed(state[atWatch]!) || budgets.cutOf(state[atBudget]!) !== 0) return false;
    let down = 0;
    for (let node = 0; node < nodes.length; node++) {
      const standing = this.#standingOf(state[atNodes + node]!);
      if (standing === "has to act") return false;
      if (standing === "is down") down++;
    }
    const closing = down > downMax ? null : this.#closing(state);
    if (closing === null) return false;
    this.found = { number: state[atNumber]!, closing };
    return true;
  }

  #isOwed(remembers: number): boolean {
    const owing = this.#owing;
    while (owing.length <= remembers) owing.push(0);
    if (owing.data[remembers] === 0) owing.data[remembers] = this.#in.watch.pending(remembers, 0) === null ? 1 : 2;
    return owing.data[remembers] === 2;
  }

  #standingOf(state: number): Standing {
    let standing = this.#standing.get(state);
    if (standing === undefined) {
      const image = this.#in.local.atoms.valueOf(state) as NodeImage;
      standing = standingOf(image, ownEvents(image, this.#in.steps, false));
      this.#standing.set(state, standing);
    }
    return standing;
  }

  /** The deliveries that are left, each of which does nothing; null where one does something. */
  #closing(state: Int32Array): readonly SearchStep[] | null {
    const { local, network, steps } = this.#in;
    // What is not sent any more may never arrive on a network that loses.
    if (network === "set") return [];
    const first = atNodes + steps.nodes.length + 1;
    const items = state.subarray(first, first + state[first - 1]!);
    // A queue is no message: what is in it arrives by steps of the search.
    if (network === "ordered") return items.length === 0 ? [] : null;
    const closing: SearchStep[] = [];
    for (const message of items) {
      const there = state[atNodes + local.receiver.at(message) - 1]!;
      if (this.#standingOf(there) === "is a traitor") continue;
      const idle = this.#idleOutcome(there, message);
      if (idle < 0) return null;
      closing.push([message, idle * waysOfTaking + asItIs]);
    }
    return closing;
  }

  /** The outcome by which a message does nothing, -1 where there is none. */
  #idleOutcome(state: number, message: number): number {
    const { rowFirst, rowCount, to, sendsCount, observed, thrown } = this.#in.local;
    const row = this.#in.local.row(state, message);
    const first = rowFirst.at(row);
    for (let at = first; at < first + rowCount.at(row); at++)
      if (to.at(at) === state && sendsCount.at(at) + observed.at(at) + thrown.at(at) === 0) return at - first;
    return -1;
  }
}

const standingOf = ({ life }: NodeImage, own: readonly NodeEvent[]): Standing => {
  if (life === "traitor") return "is a traitor";
  if (life !== "up") return "is down";
  return own.some(isOwed) ? "has to act" : "waits";
};
