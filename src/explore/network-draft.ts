import type { Atoms } from "./atoms.ts";
import { IntBuffer } from "./int-buffer.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import { PairTable } from "./pair-table.ts";

/**
 * How a search carries messages. `set`: what was sent can be delivered any number of times, so loss, duplication and
 * every order are in it. `multiset`: each once, in any order. `ordered`: each once, on each link in the order of sending.
 */
export type NetworkKind = "set" | "multiset" | "ordered";

/**
 * The network of the state that a step leads to, while it is being made: items in ascending order, and the difference of
 * fingerprints. An item is a message, or on an ordered network all that is on its way on one link, as one atom.
 */
export class NetworkDraft {
  items: Int32Array = new Int32Array(64);
  count = 0;
  low = 0;
  high = 0;
  readonly #atoms: Atoms;
  readonly #local: LocalTransitions;
  readonly #kind: NetworkKind;
  /** Of queues: what comes first, what is left then (0 for nothing). */
  readonly #head = new IntBuffer();
  readonly #rest = new IntBuffer();
  readonly #appended = new PairTable();

  constructor(kind: NetworkKind, atoms: Atoms, local: LocalTransitions) {
    this.#kind = kind;
    this.#atoms = atoms;
    this.#local = local;
  }

  /** Starts from the items of a state. */
  load(from: Int32Array, at: number, count: number): void {
    if (this.items.length < count + 64) this.items = new Int32Array(2 * (count + 64));
    for (let index = 0; index < count; index++) this.items[index] = from[at + index]!;
    this.count = count;
    this.low = 0;
    this.high = 0;
  }

  /** The message that an item stands for: the first of a queue. */
  messageOf(item: number): number {
    return this.#kind === "ordered" ? this.#head.at(item) : item;
  }

  /** A message leaves the network: delivered or lost. */
  take(item: number): void {
    this.#remove(item);
    if (this.#kind !== "ordered") return;
    const rest = this.#rest.at(item);
    if (rest !== 0) this.#insert(rest);
  }

  /** A message goes on its way. */
  send(message: number): void {
    if (this.#kind === "ordered") return this.#enqueue(message);
    if (this.#kind === "set" && this.#has(message)) return;
    this.#insert(message);
  }

  /** Whatever was on its way to a node is gone. */
  purge(receiver: number): void {
    for (let at = this.count - 1; at >= 0; at--) {
      const item = this.items[at]!;
      if (this.#local.receiver.at(this.messageOf(item)) === receiver + 1) this.#remove(item);
    }
  }

  #enqueue(message: number): void {
    const { sender, receiver } = this.#local;
    for (let at = 0; at < this.count; at++) {
      const item = this.items[at]!;
      const first = this.#head.at(item);
      if (sender.at(first) !== sender.at(message) || receiver.at(first) !== receiver.at(message)) continue;
      this.#remove(item);
      return this.#insert(this.#append(item, message));
    }
    this.#insert(this.#queueOf([message]));
  }

  #append(queue: number, message: number): number {
    const known = this.#appended.get(queue, message);
    if (known > 0) return known;
    const made = this.#queueOf([...(this.#atoms.valueOf(queue) as readonly number[]), message]);
    this.#appended.set(queue, message, made);
    return made;
  }

  #queueOf(messages: readonly number[]): number {
    const queue = this.#atoms.idOf("queue", messages);
    if (queue < this.#head.length && this.#head.at(queue) !== 0) return queue;
    const rest = messages.length === 1 ? 0 : this.#queueOf(messages.slice(1));
    while (this.#head.length <= queue) {
      this.#head.push(0);
      this.#rest.push(0);
    }
    this.#head.data[queue] = messages[0]!;
    this.#rest.data[queue] = rest;
    return queue;
  }

  #has(item: number): boolean {
    for (let at = 0; at < this.count; at++) if (this.items[at] === item) return true;
    return false;
  }

  #remove(item: number): void {
    let at = 0;
    while (this.items[at] !== item) at++;
    this.items.copyWithin(at, at + 1, this.count);
    this.count--;
    this.low = (this.low - this.#atoms.low.at(item)) | 0;
    this.high = (this.high - this.#atoms.high.at(item)) | 0;
  }

  #insert(item: number): void {
    if (this.count === this.items.length) {
      const wider = new Int32Array(2 * this.count);
      wider.set(this.items);
      this.items = wider;
    }
    let at = this.count++;
    while (at > 0 && this.items[at - 1]! > item) {
      this.items[at] = this.items[at - 1]!;
      at--;
    }
    this.items[at] = item;
    this.low = (this.low + this.#atoms.low.at(item)) | 0;
    this.high = (this.high + this.#atoms.high.at(item)) | 0;
  }
}
