import type { NetworkDraft } from "./network-draft.ts";
import type { SearchInput } from "./search-input.ts";
import { atBudget, atNodes } from "./state-layout.ts";
import { asCopy } from "./ways-of-taking.ts";

/** Makes the network of the state that a step leads to, in a draft. */
export class NetworkAfter {
  readonly #in: SearchInput;
  readonly #draft: NetworkDraft;

  constructor(input: SearchInput, draft: NetworkDraft) {
    this.#in = input;
    this.#draft = draft;
  }

  /** What is on its way before a step. */
  load(state: Int32Array): void {
    const at = atNodes + this.#in.nodes;
    this.#draft.load(state, at + 1, state[at]!);
  }

  /** The network after a step, on any but the plainest of networks. */
  step(state: Int32Array, node: number, item: number, outcome: number, how: number, isEnd: boolean): void {
    const { local, network, world } = this.#in;
    const draft = this.#draft;
    this.load(state);
    if (item !== 0 && how !== asCopy && network !== "set") draft.take(item);
    if (isEnd) draft.purge(node);
    const at = local.sendsAt.data[outcome]!;
    for (let index = at; index < at + local.sendsCount.data[outcome]!; index++) {
      const message = local.sends.data[index]!;
      const receiver = local.receiver.data[message]! - 1;
      const there = receiver === node ? local.to.data[outcome]! : state[atNodes + receiver]!;
      if (world?.loses(state[atBudget]!, message) === true) continue;
      // Nobody is there to get it, now or later.
      if (local.stopped.data[there] !== 1 && !this.isDead(there, message)) draft.send(message);
    }
    if (this.#in.reduction !== null) this.#bury(state, node, local.to.data[outcome]!);
  }

  /** The items of a new state, where the fingerprint was had without them. */
  simpleStep(state: Int32Array, outcome: number, item: number): void {
    const { local } = this.#in;
    this.load(state);
    if (item !== 0) this.#draft.take(item);
    const at = local.sendsAt.data[outcome]!;
    for (let index = at; index < at + local.sendsCount.data[outcome]!; index++)
      this.#draft.send(local.sends.data[index]!);
  }

  /** Whether a message never does anything to a process in this state, or in any that it may come to. */
  isDead(state: number, message: number): boolean {
    const { reduction, local, network } = this.#in;
    if (reduction === null || network === "ordered" || !reduction.isDead(local.row(state, message))) return false;
    reduction.vanished++;
    return true;
  }

  /** Of what is on its way to a process some may never do anything in the state that it is in now. */
  #bury(state: Int32Array, node: number, to: number): void {
    const draft = this.#draft;
    const { local, network } = this.#in;
    if (network === "ordered" || to === state[atNodes + node]) return;
    for (let at = draft.count - 1; at >= 0; at--) {
      const message = draft.items[at]!;
      if (local.receiver.data[message] === node + 1 && this.isDead(to, message)) draft.take(message);
    }
  }
}
