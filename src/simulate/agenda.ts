import type { Choices, Instance, Message, NodeId, SystemModel, TimerBox } from "../model/index.ts";
import { EventHeap } from "./event-heap.ts";
import type { Fault } from "./fault.ts";
import type { Running } from "./workload.ts";

/** What can happen next. */
export type Item =
  | Message
  | {
      readonly kind: "timer";
      readonly node: NodeId;
      readonly incarnation: number;
      readonly box: TimerBox;
      readonly generation: number;
    }
  | { readonly kind: "sync"; readonly node: NodeId; readonly incarnation: number }
  | { readonly kind: "settle"; readonly node: NodeId; readonly incarnation: number }
  | {
      readonly kind: "notice";
      readonly node: NodeId;
      readonly incarnation: number;
      readonly instance: Instance;
      readonly name: string;
      readonly args: readonly unknown[];
      readonly cause: number;
    }
  | { readonly kind: "call"; readonly running: Running }
  | { readonly kind: "begin"; readonly fault: Fault }
  | { readonly kind: "end"; readonly fault: Fault }
  | { readonly kind: "recover"; readonly node: NodeId }
  | { readonly kind: "heal" };

/** What is to come, and which of it comes next. Times are microseconds. */
export interface Agenda {
  push(time: number, item: Item): void;
  /** The next item; undefined when nothing is left. */
  pop(): Item | undefined;
  /** Time of the item that `pop` gave last. */
  readonly now: number;
  readonly size: number;
  /** Time of the next item where that is settled, else now. */
  readonly nextTime: number;
}

/** Items come in the order of their times: delays decide. */
export class TimedAgenda implements Agenda {
  readonly #heap = new EventHeap<Item>();
  now = 0;

  get size(): number {
    return this.#heap.size;
  }

  get nextTime(): number {
    return this.#heap.nextTime;
  }

  push(time: number, item: Item): void {
    this.#heap.push(Math.max(time, this.now), item);
  }

  pop(): Item | undefined {
    const time = this.#heap.nextTime;
    const item = this.#heap.pop();
    if (item !== undefined) this.now = time;
    return item;
  }
}

interface Entry {
  readonly item: Item;
  /** Not before, microseconds. */
  readonly from: number;
  /** No item that can only come later may overtake this one: the time by which it has to come. */
  readonly deadline: number;
}

/** How many items an exhaustive run may have at hand at a time. */
const entriesMax = 10_000;

/**
 * Every order is a choice: the agenda of exhaustive runs. Time goes on only as far as the timers that fire force it.
 * Where timing is synchronous a timer may not overtake a message whose bound has passed before it; where it is
 * asynchronous it may fire at any point. Equal items of one kind are not merged: there are no reductions here.
 *
 * Where delays are exact (synchronous, and the shortest is the longest) events come in the order of their times, those
 * of one time in the order in which they were set off: protocols of rounds are then searched for what traitors say alone.
 */
export class OrderedAgenda implements Agenda {
  readonly #choices: Choices;
  readonly #model: SystemModel;
  readonly #boundUs: number;
  readonly #shortestUs: number;
  readonly #exact: boolean;
  #entries: Entry[] = [];
  #step = 0;
  now = 0;

  constructor(choices: Choices, model: SystemModel, boundUs: number, shortestUs = 0) {
    this.#choices = choices;
    this.#model = model;
    this.#boundUs = boundUs;
    this.#shortestUs = shortestUs;
    this.#exact = model.timing === "synchronous" && shortestUs === boundUs;
  }

  get size(): number {
    return this.#entries.length;
  }

  get nextTime(): number {
    return this.now;
  }

  push(time: number, item: Item): void {
    if (this.#entries.length >= entriesMax)
      throw new Error(`an exhaustive run has ${entriesMax} events at hand: the scenario is too large`);
    this.#entries.push({ item, ...this.#windowOf(time, item) });
  }

  pop(): Item | undefined {
    const enabled = this.#enabled();
    if (enabled.length === 0) return undefined;
    const entry = enabled[enabled.length === 1 ? 0 : this.#choices.below("schedule", 0, this.#step, enabled.length)]!;
    this.#step++;
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    if (entry.from > this.now) this.now = entry.from;
    return entry.item;
  }

  #enabled(): readonly Entry[] {
    // Timers that were set again or cancelled are no events.
    this.#entries = this.#entries.filter(
      ({ item }) => item.kind !== "timer" || (item.box.armed && item.box.generation === item.generation),
    );
    const prompt = this.#entries.filter(({ item }) => item.kind === "notice");
    if (prompt.length > 0) return prompt.slice(0, 1);
    if (this.#exact) return this.#earliest();
    const earliest = this.#entries.reduce((least, { deadline }) => Math.min(least, deadline), Number.POSITIVE_INFINITY);
    return this.#entries.filter(({ from }) => from <= earliest);
  }

  /** Between which times an item may come. Without a bound on time anything may come now or at any time later. */
  #windowOf(time: number, item: Item): Omit<Entry, "item"> {
    const { timing } = this.#model;
    const { now } = this;
    const never = Number.POSITIVE_INFINITY;
    if (timing === "asynchronous") return { from: item.kind === "timer" ? time : now, deadline: never };
    // Where time is known so are the times at which clients call.
    if (item.kind === "timer" || (item.kind === "call" && timing === "synchronous"))
      return { from: time, deadline: time };
    if (item.kind === "sync" || item.kind === "notice") return { from: now, deadline: now + this.#boundUs };
    if (item.kind !== "message") return { from: now, deadline: never };
    if (item.from === item.to) return { from: now, deadline: now };
    return { from: timing === "synchronous" ? now + this.#shortestUs : now, deadline: now + this.#boundUs };
  }

  #earliest(): readonly Entry[] {
    const first = this.#entries.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
    return this.#entries.filter(({ from }) => from === first).slice(0, 1);
  }
}
