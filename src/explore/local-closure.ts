import type { Budgets } from "./budgets.ts";
import { spendCrash, spendTimeout } from "./budgets.ts";
import type { LocalTransitions } from "./local-transitions.ts";

/** Where one process can get, whatever the others do. */
export interface ReachOfNode {
  /** Local states, in the order of discovery. */
  readonly states: number[];
  /** Messages that may ever be on their way to it. */
  readonly messages: number[];
}

/** What is foreseen of the steps of single processes: no less than what happens in any run. */
export interface Foresight {
  /** By process. */
  readonly reach: readonly ReachOfNode[];
  /** The messages that may come in a local state. */
  readonly messagesIn: (state: number) => readonly number[];
  /** What a process can do by itself in a local state, as far as the budgets of a whole run go. */
  readonly ownOf: (state: number) => readonly number[];
  /** Whether the step of a row may be taken: else it is only looked at. */
  readonly has: (state: number, event: number) => boolean;
}

/** How far a closure goes. */
export interface ClosureBounds {
  readonly budgets: Budgets;
  /** Steps of single processes that are looked at, at most. */
  readonly stepsMax: number;
  /** True once no more time should be spent. */
  readonly expired: () => boolean;
}

const stepsALook = 256;

/**
 * All local states and messages that any run can have, and more: every message that some process sends in some local
 * state may reach its receiver in each of the receiver's states, at any time and any number of times. What never happens
 * here never happens at all, and it takes steps of single processes only, never of the whole.
 *
 * Source: Guerraoui, Yabandeh 2011, Model Checking a Networked System Without the Network.
 */
export class LocalClosure implements Foresight {
  /** By process. */
  readonly reach: readonly ReachOfNode[];
  readonly #local: LocalTransitions;
  readonly #bounds: ClosureBounds;
  /** By local state: the fewest crashes, and the fewest timeouts, with which it is reached. */
  readonly #crashes = new Map<number, number>();
  readonly #timeouts = new Map<number, number>();
  readonly #nodeOf = new Map<number, number>();
  readonly #known = new Set<number>();
  /** Local states to look at, by process. */
  readonly #open: [node: number, state: number][] = [];
  readonly #arrived: [node: number, message: number][] = [];
  #steps = 0;
  #nextLook = 0;

  constructor(nodes: number, local: LocalTransitions, bounds: ClosureBounds) {
    this.reach = Array.from({ length: nodes }, () => ({ states: [], messages: [] }));
    this.#local = local;
    this.#bounds = bounds;
  }

  /** Begins with local states, by process, and with messages that are on their way. */
  begin(locals: readonly number[], messages: readonly number[]): void {
    for (const [node, state] of locals.entries()) this.#arrive(node, state, 0, 0);
    for (const message of messages) this.#send(message);
  }

  /** Closes; false where that takes more steps than the bound. */
  run(): boolean {
    while (this.#arrived.length + this.#open.length > 0) {
      if (this.#steps > this.#bounds.stepsMax) return false;
      if (this.#steps >= this.#nextLook) {
        this.#nextLook = this.#steps + stepsALook;
        if (this.#bounds.expired()) return false;
      }
      const sent = this.#arrived.pop();
      if (sent !== undefined) {
        const [node, message] = sent;
        // Those that are there now: one that comes up meanwhile waits in line, and meets this message then.
        const { states } = this.reach[node]!;
        for (let at = 0, count = states.length; at < count; at++) this.#step(node, states[at]!, message);
        continue;
      }
      const [node, state] = this.#open.pop()!;
      for (const message of this.reach[node]!.messages) this.#step(node, state, message);
      for (const event of this.ownOf(state)) this.#step(node, state, event);
    }
    return this.#local.refusal === null;
  }

  messagesIn(state: number): readonly number[] {
    return this.reach[this.#nodeOf.get(state)!]!.messages;
  }

  has(): boolean {
    return true;
  }

  ownOf(state: number): readonly number[] {
    const at = this.#local.ownOf(state);
    const events = this.#local.own.data.subarray(at, at + this.#local.ownCount.at(state));
    return Array.from(events).filter((event) => this.#isAffordable(state, event));
  }

  #isAffordable(state: number, event: number): boolean {
    const { crashes, timeouts } = this.#bounds.budgets;
    const kind = this.#local.cost.at(event);
    if (kind === spendCrash) return this.#crashes.get(state)! < crashes;
    if (kind === spendTimeout) return timeouts === null || this.#timeouts.get(state)! < timeouts;
    return true;
  }

  #step(node: number, state: number, event: number): void {
    this.#steps++;
    const local = this.#local;
    const row = local.row(state, event);
    const kind = event < local.cost.length ? local.cost.at(event) : 0;
    const crashes = this.#crashes.get(state)! + (kind === spendCrash ? 1 : 0);
    const timeouts = this.#timeouts.get(state)! + (kind === spendTimeout ? 1 : 0);
    const first = local.rowFirst.at(row);
    for (let outcome = first; outcome < first + local.rowCount.at(row); outcome++) {
      this.#arrive(node, local.to.at(outcome), crashes, timeouts);
      const at = local.sendsAt.at(outcome);
      for (let index = at; index < at + local.sendsCount.at(outcome); index++) this.#send(local.sends.at(index));
    }
  }

  #arrive(node: number, state: number, crashes: number, timeouts: number): void {
    const [before, after] = [this.#crashes.get(state), this.#timeouts.get(state)];
    if (before !== undefined && before <= crashes && after! <= timeouts) return;
    if (before === undefined) this.reach[node]!.states.push(state);
    this.#nodeOf.set(state, node);
    this.#crashes.set(state, Math.min(before ?? crashes, crashes));
    this.#timeouts.set(state, Math.min(after ?? timeouts, timeouts));
    this.#open.push([node, state]);
  }

  #send(message: number): void {
    if (this.#known.has(message)) return;
    this.#known.add(message);
    const node = this.#local.receiver.at(message) - 1;
    this.reach[node]!.messages.push(message);
    this.#arrived.push([node, message]);
  }
}
