import type { Choices, Instance, Message, NodeId, SystemModel, TimerBox } from "../model/index.ts";
import { EventHeap } from "./event-heap.ts";
import type { Fault } from "./fault.ts";
import type { Running } from "./workload.ts";

/** A timer that is due at its time, unless it was set again or cancelled meanwhile. */
export interface TimerItem {
  readonly kind: "timer";
  readonly node: NodeId;
  readonly incarnation: number;
  readonly box: TimerBox;
  readonly generation: number;
}

/** A write of a node may be durable by now. */
export interface SyncItem {
  readonly kind: "sync";
  readonly node: NodeId;
  readonly incarnation: number;
}

/** A node is told that it has no further input at hand. */
export interface SettleItem {
  readonly kind: "settle";
  readonly node: NodeId;
  readonly incarnation: number;
}

/** What can happen next. */
export type Item =
  | Message
  | TimerItem
  | SyncItem
  | SettleItem
  | {
      readonly kind: "notice";
      readonly node: NodeId;
      readonly incarnation: number;
      readonly instance: Instance;
      readonly name: string;
      readonly args: readonly unknown[];
      readonly cause: number;
    }
  /** `next` is the number of the call that was meant. */
  | { readonly kind: "call"; readonly running: Running; readonly next: number }
  | { readonly kind: "begin"; readonly fault: Fault }
  | { readonly kind: "end"; readonly fault: Fault }
  | { readonly kind: "recover"; readonly node: NodeId }
  | { readonly kind: "heal" };

/** What is to come, and which of it comes next. Times are microseconds. */
export interface Agenda {
  push(time: number, item: Item): void;
  /**
   * A timer is set: it goes off at `time` and no more at the time it was set to before. One whose delay is a range may also
   * come later, up to `until`: matters where orders are enumerated.
   */
  arm(time: number, until: number, node: NodeId, incarnation: number, box: TimerBox): void;
  /** Whether a timer that came up goes off now: it was not cancelled, and not put off. */
  isDue(timer: TimerItem): boolean;
  /** The next item; undefined when nothing is left. */
  pop(): Item | undefined;
  /** Time of the item that `pop` gave last. */
  readonly now: number;
  readonly size: number;
  /** Time of the next item where that is settled, else now. */
  readonly nextTime: number;
  /** Whether what is left comes in good time: always where delays decide; else when nothing is under way but timers. */
  readonly isIdle: boolean;
}

/**
 * Items come in the order of their times: delays decide. What is pushed for the present moment (a node without further
 * input, a notice, a message to oneself: half of all items) comes after all that was pushed for it before, so it stands
 * in a row of its own and never enters the heap.
 */
export class TimedAgenda implements Agenda {
  readonly #heap = new EventHeap<Item>();
  /** What is due now, from `#first` on. What the heap has for the same time was pushed before and comes first. */
  readonly #present: (Item | undefined)[] = [];
  #first = 0;
  #end = 0;
  readonly isIdle = true;
  now = 0;

  get size(): number {
    return this.#heap.size + this.#end - this.#first;
  }

  get nextTime(): number {
    return this.#first < this.#end ? this.now : this.#heap.nextTime;
  }

  push(time: number, item: Item): void {
    if (time > this.now) this.#heap.push(time, item);
    else this.#present[this.#end++] = item;
  }

  arm(time: number, _until: number, node: NodeId, incarnation: number, box: TimerBox): void {
    box.due = Math.max(time, this.now);
    box.order = this.#heap.reserve();
    // Most timers are put off long before they go off: they keep their old place until that comes up.
    if (box.comesUp >= 0 && box.comesUp <= box.due) return;
    box.comesUp = box.due;
    box.generation++;
    const item: TimerItem = { kind: "timer", node, incarnation, box, generation: box.generation };
    if (box.due > this.now) this.#heap.push(box.due, item, box.order);
    else this.push(box.due, item);
  }

  isDue(timer: TimerItem): boolean {
    const { box } = timer;
    if (box.generation !== timer.generation) return false;
    box.comesUp = -1;
    if (!box.armed) return false;
    if (box.due <= this.now) return true;
    box.comesUp = box.due;
    this.#heap.push(box.due, timer, box.order);
    return false;
  }

  pop(): Item | undefined {
    const time = this.#heap.nextTime;
    if (this.#first < this.#end && time > this.now) return this.#shift();
    const item = this.#heap.pop();
    if (item !== undefined) this.now = time;
    return item;
  }

  #shift(): Item | undefined {
    const item = this.#present[this.#first];
    this.#present[this.#first++] = undefined;
    if (this.#first === this.#end) this.#first = this.#end = 0;
    return item;
  }
}

/** A run had more at hand than a run may have: no fault of the protocol, but no verdict either. */
export class AgendaFullError extends Error {
  readonly code: string = "AGENDA_FULL";
  override readonly name: string = "AgendaFullError";
}

interface Entry {
  readonly item: Item;
  /** Not before, microseconds. */
  readonly from: number;
  /** No item that can only come later may overtake this one: the time by which it has to come. */
  readonly deadline: number;
  /** For a timer: the time by which its own node has it come. */
  readonly until: number;
}

/** How many items an exhaustive run may have at hand at a time. */
const entriesMax = 10_000;

/**
 * Every order is a choice: the agenda of exhaustive runs. Time goes on only as far as the timers that fire force it.
 * Where timing is synchronous a timer may not overtake a message whose bound has passed before it; elsewhere it
 * may fire at any point: what is only synchronous in the end, or within a bound that nobody knows, is for a finite run as
 * good as asynchronous. The timers of one node come in the order in which they are due, for one clock measures them all.
 * Equal items of one kind are not merged: there are no reductions here.
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

  arm(time: number, until: number, node: NodeId, incarnation: number, box: TimerBox): void {
    box.generation++;
    this.#put(time, { kind: "timer", node, incarnation, box, generation: box.generation }, until);
  }

  isDue({ box, generation }: TimerItem): boolean {
    return box.armed && box.generation === generation;
  }

  push(time: number, item: Item): void {
    this.#put(time, item, time);
  }

  #put(time: number, item: Item, until: number): void {
    if (this.#entries.length >= entriesMax)
      throw new AgendaFullError(`an exhaustive run has ${entriesMax} events at hand: the scenario is too large`);
    this.#entries.push({ item, until, ...this.#windowOf(time, item, until) });
  }

  get isIdle(): boolean {
    return this.#entries.every(({ item }) => item.kind === "timer");
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
    return this.#entries.filter((entry) => entry.from <= earliest && !this.#isOvertaking(entry));
  }

  #isOvertaking({ item, from }: Entry): boolean {
    return (
      item.kind === "timer" &&
      this.#entries.some((other) => other.item.kind === "timer" && other.item.node === item.node && other.until < from)
    );
  }

  /** Between which times an item may come. Without a bound on time anything may come now or at any time later. */
  #windowOf(time: number, item: Item, until: number): Pick<Entry, "from" | "deadline"> {
    const { now } = this;
    const never = Number.POSITIVE_INFINITY;
    if (this.#model.timing !== "synchronous") return { from: item.kind === "timer" ? time : now, deadline: never };
    // Where time is known so are the times at which clients call and scripted faults strike.
    if (item.kind === "timer" || item.kind === "call" || item.kind === "begin" || item.kind === "end")
      return { from: time, deadline: until };
    if (item.kind === "sync" || item.kind === "notice") return { from: now, deadline: now + this.#boundUs };
    if (item.kind !== "message") return { from: now, deadline: never };
    if (item.from === item.to) return { from: now, deadline: now };
    return { from: now + this.#shortestUs, deadline: now + this.#boundUs };
  }

  #earliest(): readonly Entry[] {
    const first = this.#entries.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
    return this.#entries.filter(({ from }) => from === first).slice(0, 1);
  }
}
