import { type Budgets, spendCrash, spendTimeout } from "./budgets.ts";
import type { Foresight, ReachOfNode } from "./local-closure.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import type { Reduction } from "./reduction.ts";

/**
 * What searches have met: which events came in which local states. It is a guess of what may come, until a search that
 * counts on it meets nothing else.
 */
export class Experience implements Foresight {
  readonly reach: readonly ReachOfNode[];
  readonly #local: LocalTransitions;
  readonly #budgets: Budgets;
  readonly #events = new Map<number, Set<number>>();
  readonly #messages = new Map<number, number[]>();
  readonly #known: readonly Set<number>[];

  constructor(nodes: number, local: LocalTransitions, budgets: Budgets) {
    this.reach = Array.from({ length: nodes }, () => ({ states: [], messages: [] }));
    this.#known = this.reach.map(() => new Set());
    this.#local = local;
    this.#budgets = budgets;
  }

  messagesIn(state: number): readonly number[] {
    return this.#messages.get(state) ?? [];
  }

  has(state: number, event: number): boolean {
    return this.#events.get(state)?.has(event) === true;
  }

  ownOf(state: number): readonly number[] {
    const { own, ownCount, cost } = this.#local;
    const at = this.#local.ownOf(state);
    const isPossible = (event: number): boolean => {
      const kind = cost.at(event);
      if (kind === spendCrash) return this.#budgets.crashes > 0;
      return kind !== spendTimeout || this.#budgets.timeouts !== 0;
    };
    return Array.from(own.data.subarray(at, at + ownCount.at(state))).filter(isPossible);
  }

  /** A process was in a local state. */
  visit(node: number, state: number): void {
    if (this.#events.has(state)) return;
    this.#events.set(state, new Set());
    this.reach[node]!.states.push(state);
  }

  /** A step was taken, that of a row. */
  meet(row: number): void {
    const { rowState, rowEvent } = this.#local;
    this.add(rowState.at(row), rowEvent.at(row));
  }

  /** An event may come in a local state; true when that is news. */
  add(state: number, event: number): boolean {
    const local = this.#local;
    const node = local.nodeOf(event);
    // Nothing comes before a process has booted.
    if (local.site.at(event) > 0 && (local.atoms.valueOf(event) as { readonly kind: string }).kind === "boot")
      return false;
    this.visit(node, state);
    const events = this.#events.get(state)!;
    if (events.has(event)) return false;
    events.add(event);
    const isMessage = event < local.receiver.length && local.receiver.at(event) > 0;
    if (isMessage) this.#hear(node, state, event);
    const row = local.row(state, event);
    const first = local.rowFirst.at(row);
    for (let outcome = first; outcome < first + local.rowCount.at(row); outcome++)
      this.visit(node, local.to.at(outcome));
    return true;
  }

  /**
   * Takes in what a search met that counted on a reduction: a state that stands for others met it for all of them. The
   * reduction is undone.
   */
  takeIn(reduction: Reduction): void {
    const { rowState, rowEvent } = this.#local;
    const met = [...reduction.unforeseen].map((row) => [rowState.at(row), rowEvent.at(row)] as const);
    const members = new Map<number, number[]>();
    for (const { states } of this.reach)
      for (const state of states) {
        const standing = reduction.of(state);
        if (standing !== state) members.set(standing, [...(members.get(standing) ?? []), state]);
      }
    reduction.undo();
    for (const [state, event] of met) {
      this.add(state, event);
      for (const member of members.get(state) ?? []) this.add(member, event);
    }
  }

  #hear(node: number, state: number, message: number): void {
    const messages = this.#messages.get(state);
    if (messages === undefined) this.#messages.set(state, [message]);
    else messages.push(message);
    if (this.#known[node]!.has(message)) return;
    this.#known[node]!.add(message);
    this.reach[node]!.messages.push(message);
  }
}
