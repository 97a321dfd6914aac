import type { FingerprintTable } from "./fingerprint-table.ts";
import type { Frontier } from "./frontier.ts";
import { IntBuffer } from "./int-buffer.ts";
import {
  bitsOfSort,
  changesNothing,
  isOdd,
  outcomeHigh,
  outcomeLow,
  outcomeObserved,
  outcomeOwnHigh,
  outcomeOwnLow,
  outcomeSendsAt,
  outcomeSendsCount,
  outcomeSize,
  outcomeTo,
} from "./local-transitions.ts";
import type { Paths } from "./paths.ts";
import type { SearchInput } from "./search-input.ts";
import { atBudget, atDepth, atHigh, atLow, atNodes, atNumber, atWatch } from "./state-layout.ts";
import type { Break } from "./watch.ts";

// Where a step leads, while nobody knows yet whether that is new.
const stepLow = 0;
const stepHigh = 1;
const stepNode = 2;
const stepTo = 3;
const stepBudget = 4;
const stepWatch = 5;
const stepEvent = 6;
const stepHow = 7;
/** Of a delivery the place of the message among those on their way; else -1. */
const stepPlace = 8;
const stepOutcome = 9;
/** Where the state that it is a step of begins. */
const stepFrom = 10;
const stepSize = 11;

/** Steps that are looked up together. */
const stepsTogether = 96;

/** What a plain expansion leaves to its search; `data` has the state that is expanded, from place `from` on. */
export interface PlainHost {
  /** Steps of which some throws or ends its process; true when the search is to end. */
  odd(data: Int32Array, from: number, node: number, event: number, item: number, budget: number): boolean;
  /** A property broke; true when the search is to end. */
  broke(found: readonly Break[], parent: number, event: number, how: number): boolean;
}

/** What a search counts: steps that were taken, and steps that changed nothing and were not. */
interface PlainCounts {
  generated: number;
  noOps: number;
}

/**
 * The steps of states in the plainest and most frequent case: nothing but steps of nodes on a network without order,
 * nobody has stopped, every state counts. What a step leads to is written down for new states only. Whether it is new is
 * looked up for many steps together: a table of states is larger than every cache, and reads that do not wait for each
 * other wait together.
 */
export class PlainExpansion {
  /** Whether there was no room for a new state. */
  isFull = false;
  /** The sum of what was read in advance, so that the reads are not left out. */
  touched = 0;
  readonly #in: SearchInput;
  readonly #visited: FingerprintTable;
  readonly #frontier: Frontier;
  readonly #paths: Paths;
  readonly #counts: PlainCounts;
  readonly #host: PlainHost;
  #generated = 0;
  #noOps = 0;
  readonly #isSet: boolean;
  readonly #way: number;
  readonly #steps: IntBuffer = new IntBuffer(stepSize << 6);
  /** The state that is expanded, from place `#from` on. */
  #state: Int32Array = new Int32Array(0);
  #from = 0;
  #isOver = false;

  constructor(
    input: SearchInput,
    tables: {
      readonly visited: FingerprintTable;
      readonly frontier: Frontier;
      readonly paths: Paths;
      /** Brought up to date at each `flush`. */
      readonly counts: PlainCounts;
    },
    host: PlainHost,
    way: number,
  ) {
    this.#in = input;
    this.#visited = tables.visited;
    this.#frontier = tables.frontier;
    this.#paths = tables.paths;
    this.#counts = tables.counts;
    this.#host = host;
    this.#isSet = input.network === "set";
    this.#way = way;
  }

  /** Whether all states of a search but those in which somebody has stopped may be expanded so. */
  static isFor(input: SearchInput): boolean {
    const { order, network, loses, duplicates, symmetry, reduction, world, edges, onNew, endsAt, prunesNoOps } = input;
    const extras = [symmetry, reduction, world, edges, onNew, endsAt];
    const isUnordered = order === "breadth-first" && network !== "ordered";
    return isUnordered && prunesNoOps && !loses && !duplicates && extras.every((extra) => extra === null);
  }

  /** Takes all steps of a state, which stays where it is until the next `flush`. */
  expand(data: Int32Array, from: number): void {
    const { nodes } = this.#in;
    this.#state = data;
    this.#from = from;
    const first = from + atNodes + nodes + 1;
    this.#deliveries(first, data[first - 1]!);
    for (let node = 0; node < nodes && !this.#isOver; node++) this.#ownSteps(node);
    if (this.#steps.length >= stepsTogether * stepSize) this.flush();
  }

  #deliveries(first: number, count: number): void {
    const { local } = this.#in;
    const { data: receivers } = local.receiver;
    const state = this.#state;
    const from = this.#from;
    const budget = state[from + atBudget]!;
    let previous = -1;
    for (let place = 0; place < count; place++) {
      const item = state[first + place]!;
      // Equal messages are one step.
      if (item === previous) continue;
      previous = item;
      const node = receivers[item]! - 1;
      const sorted = local.sortedRow(state[from + atNodes + node]!, item);
      const sort = sorted & ((1 << bitsOfSort) - 1);
      if (sort === changesNothing) this.#noOps++;
      else if (sort === isOdd) this.#isOver = this.#host.odd(state, from, node, item, item, budget);
      else this.#take(node, item, sorted >> bitsOfSort, budget, place);
      if (this.#isOver) return;
    }
  }

  #ownSteps(node: number): void {
    const { local, budgets } = this.#in;
    const state = this.#state;
    const from = this.#from;
    const here = state[from + atNodes + node]!;
    const at = local.ownOf(here);
    const count = local.ownCount.data[here]!;
    for (let index = at; index < at + count; index++) {
      const event = local.own.data[index]!;
      const left = budgets.after(state[from + atBudget]!, local.cost.data[event]!);
      if (left === 0) continue;
      const sorted = local.sortedRow(here, event);
      const sort = sorted & ((1 << bitsOfSort) - 1);
      if (sort === changesNothing) this.#noOps++;
      else if (sort === isOdd) this.#isOver = this.#host.odd(state, from, node, event, 0, left);
      else this.#take(node, event, sorted >> bitsOfSort, left, -1);
      if (this.#isOver) return;
    }
  }

  #take(node: number, event: number, row: number, budget: number, place: number): void {
    const { local, atoms } = this.#in;
    const state = this.#state;
    const from = this.#from;
    const before = state[from + atNodes + node]!;
    const first = local.rowFirst.data[row]!;
    const end = first + local.rowCount.data[row]!;
    const { data: packed } = local.packed;
    let low = state[from + atLow]!;
    let high = state[from + atHigh]!;
    if (place >= 0 && !this.#isSet) {
      low = (low - atoms.low.data[event]!) | 0;
      high = (high - atoms.high.data[event]!) | 0;
    }
    if (budget !== state[from + atBudget]) {
      low = (low + atoms.low.data[budget]! - atoms.low.data[state[from + atBudget]!]!) | 0;
      high = (high + atoms.high.data[budget]! - atoms.high.data[state[from + atBudget]!]!) | 0;
    }
    for (let outcome = first; outcome < end; outcome++) {
      const at = outcome * outcomeSize;
      const to = packed[at + outcomeTo]!;
      const observed = packed[at + outcomeObserved]!;
      if (to === before && observed === 0 && packed[at + outcomeSendsCount] === 0) {
        this.#noOps++;
        continue;
      }
      this.#generated++;
      const how = (outcome - first) * this.#way;
      const step = this.#steps.length;
      this.#steps.reserve(stepSize);
      const { data: steps } = this.#steps;
      steps[step + stepNode] = node;
      steps[step + stepTo] = to;
      steps[step + stepBudget] = budget;
      steps[step + stepEvent] = event;
      steps[step + stepHow] = how;
      steps[step + stepPlace] = place;
      steps[step + stepOutcome] = at;
      steps[step + stepFrom] = from;
      if (this.#isSet) {
        steps[step + stepLow] = (low + packed[at + outcomeOwnLow]!) | 0;
        steps[step + stepHigh] = (high + packed[at + outcomeOwnHigh]!) | 0;
        this.#addUnsent(step, at);
      } else {
        steps[step + stepLow] = (low + packed[at + outcomeLow]!) | 0;
        steps[step + stepHigh] = (high + packed[at + outcomeHigh]!) | 0;
      }
      steps[step + stepWatch] = state[from + atWatch]!;
      this.#steps.length = step + stepSize;
      if (observed !== 0) this.#see(step, observed, event, how);
      if (this.#isOver) return;
    }
  }

  /** Of a set: what is sent and was not there. */
  #addUnsent(step: number, outcome: number): void {
    const { local, atoms } = this.#in;
    const { data: steps } = this.#steps;
    const from = local.packed.data[outcome + outcomeSendsAt]!;
    const end = from + local.packed.data[outcome + outcomeSendsCount]!;
    for (let at = from; at < end; at++) {
      const message = local.sends.data[at]!;
      if (this.#isThere(message) || this.#isAmong(message, from, at)) continue;
      steps[step + stepLow] = (steps[step + stepLow]! + atoms.low.data[message]!) | 0;
      steps[step + stepHigh] = (steps[step + stepHigh]! + atoms.high.data[message]!) | 0;
    }
  }

  #isThere(message: number): boolean {
    const state = this.#state;
    const first = this.#from + atNodes + this.#in.nodes + 1;
    const end = first + state[first - 1]!;
    for (let at = first; at < end; at++) if (state[at]! >= message) return state[at] === message;
    return false;
  }

  #isAmong(message: number, from: number, end: number): boolean {
    const { data } = this.#in.local.sends;
    for (let at = from; at < end; at++) if (data[at] === message) return true;
    return false;
  }

  /** What the properties make of a step. */
  #see(step: number, observed: number, event: number, how: number): void {
    const { watch, atoms } = this.#in;
    const { data: steps } = this.#steps;
    const before = this.#state[this.#from + atWatch]!;
    const row = watch.next(before, observed);
    if (watch.breaks(row).length > 0)
      this.#isOver = this.#host.broke(watch.breaks(row), this.#state[this.#from + atNumber]!, event, how);
    const after = watch.to(row);
    if (after === before) return;
    steps[step + stepWatch] = after;
    steps[step + stepLow] = (steps[step + stepLow]! + atoms.low.data[after]! - atoms.low.data[before]!) | 0;
    steps[step + stepHigh] = (steps[step + stepHigh]! + atoms.high.data[after]! - atoms.high.data[before]!) | 0;
  }

  // --- what is new ---

  /** Writes down what is new among the steps that were taken. */
  flush(): void {
    const visited = this.#visited;
    const { data: steps, length } = this.#steps;
    this.#steps.length = 0;
    this.#counts.generated += this.#generated;
    this.#counts.noOps += this.#noOps;
    this.#generated = 0;
    this.#noOps = 0;
    let touched = 0;
    for (let step = 0; step < length; step += stepSize)
      touched |= visited.touch(steps[step + stepLow]!, steps[step + stepHigh]!);
    this.touched |= touched;
    for (let step = 0; step < length; step += stepSize) {
      if (visited.full) {
        this.isFull = true;
        return;
      }
      if (visited.add(steps[step + stepLow]!, steps[step + stepHigh]!)) this.#write(steps, step);
    }
  }

  #write(steps: Int32Array, step: number): void {
    const { nodes, local } = this.#in;
    const state = this.#state;
    const from = steps[step + stepFrom]!;
    const head = atNodes + nodes + 1;
    const before = state[from + head - 1]!;
    const outcome = steps[step + stepOutcome]!;
    const sends = local.packed.data[outcome + outcomeSendsCount]!;
    const at = this.#frontier.begin(head + before + sends);
    const { data } = this.#frontier;
    for (let index = atNodes; index < head; index++) data[at + index] = state[from + index]!;
    data[at + atLow] = steps[step + stepLow]!;
    data[at + atHigh] = steps[step + stepHigh]!;
    data[at + atNumber] = this.#visited.size - 1;
    data[at + atDepth] = state[from + atDepth]! + 1;
    data[at + atBudget] = steps[step + stepBudget]!;
    data[at + atWatch] = steps[step + stepWatch]!;
    data[at + atNodes + steps[step + stepNode]!] = steps[step + stepTo]!;
    const place = this.#isSet ? -1 : steps[step + stepPlace]!;
    const end = head + before;
    const skipped = place < 0 ? end : head + place;
    for (let index = head; index < skipped; index++) data[at + index] = state[from + index]!;
    for (let index = skipped + 1; index < end; index++) data[at + index - 1] = state[from + index]!;
    let count = place < 0 ? before : before - 1;
    const sent = local.packed.data[outcome + outcomeSendsAt]!;
    for (let index = sent; index < sent + sends; index++)
      count = this.#insert(data, at + head, count, local.sends.data[index]!);
    data[at + head - 1] = count;
    this.#frontier.end(at, head + count);
    this.#paths.add(state[from + atNumber]!, steps[step + stepEvent]!, steps[step + stepHow]!);
  }

  /** Puts a message in its place among those on their way, in ascending order; says how many they are then. */
  #insert(data: Int32Array, first: number, count: number, message: number): number {
    let at = first + count;
    while (at > first && data[at - 1]! > message) at--;
    if (this.#isSet && at > first && data[at - 1] === message) return count;
    for (let index = first + count; index > at; index--) data[index] = data[index - 1]!;
    data[at] = message;
    return count + 1;
  }
}
