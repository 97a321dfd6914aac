import { assert } from "../model/index.ts";
import { spendDuplicate, spendLoss } from "./budgets.ts";
import { FingerprintTable } from "./fingerprint-table.ts";
import { Frontier } from "./frontier.ts";
import { IntBuffer } from "./int-buffer.ts";
import { Interruptions } from "./interruptions.ts";
import { LastLevel } from "./last-level.ts";
import { NetworkAfter } from "./network-after.ts";
import { NetworkDraft } from "./network-draft.ts";
import { Paths } from "./paths.ts";
import { PlainExpansion, type PlainHost } from "./plain-expansion.ts";
import type { SearchInput } from "./search-input.ts";
import { atBudget, atDepth, atHigh, atLow, atNodes, atNumber, atWatch } from "./state-layout.ts";
import type { Break } from "./watch.ts";
import { asCopy, asItIs, asLie, asLoss, asTurn, waysOfTaking } from "./ways-of-taking.ts";
import type { World } from "./world.ts";

/** Why a search ended before it had seen everything. */
export type Cut = "depth" | "states" | "memory" | "time" | "violation" | "refusal" | "asymmetry" | "goal";

/** Expansions between two looks at clock and memory, and steps that ran code of processes or properties. */
const expansionsALook = 512;
const learnedALook = 64;

/**
 * A search over global states: tuples of numbers whose steps are looked up. What a step changes it changes by a
 * difference, the fingerprint too; a state is written down only when it is new.
 */
export class Search {
  generated = 0;
  /** Where one state of each orbit is looked at: the unlike states that they stand for, and the steps of all of these. */
  standsFor = 0;
  standsForSteps = 0;
  /** Steps that led into a bound of depth, so that what lies behind was not seen. */
  cut: Cut | null = null;
  depth = 0;
  /** Steps that changed nothing and were not taken. */
  noOps = 0;
  readonly #in: SearchInput;
  readonly #visited: FingerprintTable;
  /** How each state was reached. */
  readonly paths: Paths = new Paths();
  /** Under symmetry, by number of state: the size of its orbit. */
  readonly #orbits = new IntBuffer();
  readonly #draft: NetworkDraft;
  readonly #network: NetworkAfter;
  readonly #frontier: Frontier;
  /** Where most states are expanded; null where the search has more in it. */
  readonly #plain: PlainExpansion | null;
  #state: Int32Array = new Int32Array(256);
  readonly #interruptions: Interruptions | null;
  #depthCut = false;
  #over = false;
  #anyStopped = false;
  /** Where the state lies that was taken last. */
  #lastAt = 0;
  #expanded = 0;
  readonly #level = new LastLevel();
  /** What an item of the network delivers next. */
  readonly #messageOf = (item: number): number => this.#draft.messageOf(item);

  constructor(input: SearchInput) {
    this.#in = input;
    this.#visited = new FingerprintTable(input.bytesMax);
    this.#draft = new NetworkDraft(input.network, input.atoms, input.local);
    this.#network = new NetworkAfter(input, this.#draft);
    this.#frontier = new Frontier(input.order !== "breadth-first");
    const isByInterruptions = input.order === "few interruptions first";
    this.#interruptions = isByInterruptions ? new Interruptions(input, this.#messageOf) : null;
    this.#plain = PlainExpansion.isFor(input) ? this.#plainExpansion(input) : null;
  }

  #plainExpansion(input: SearchInput): PlainExpansion {
    const tables = { visited: this.#visited, frontier: this.#frontier, paths: this.paths, counts: this };
    const host: PlainHost = {
      odd: (data, from, node, event, item, budget) => {
        this.#copy(data, from, atNodes + input.nodes + 1 + data[from + atNodes + input.nodes]!);
        this.#take(node, event, item, budget, asItIs);
        return this.#over;
      },
      broke: (found, parent, event, how) => {
        this.#broke(found, parent, event, how);
        return this.#over;
      },
    };
    return new PlainExpansion(input, tables, host, waysOfTaking);
  }

  get distinct(): number {
    return this.#visited.size;
  }

  /** Memory of the tables, bytes. */
  get bytes(): number {
    const { local, watch } = this.#in;
    return this.#visited.bytes + this.paths.bytes + this.#frontier.bytes + local.bytes + watch.bytes;
  }

  /** How many states were found and have not had their steps taken. */
  get open(): number {
    return this.distinct - this.#expanded;
  }

  /** How far it came with the level that it went through last; null where it does not go level by level. */
  get lastLevel(): ReturnType<LastLevel["after"]> | null {
    return this.#in.order === "breadth-first" ? this.#level.after(this.#expanded) : null;
  }

  /** Adds a state to begin with. */
  addInitial(locals: readonly number[], watch: number, budget: number, messages: readonly number[]): void {
    const { low, high } = this.#in.atoms;
    const draft = this.#draft;
    draft.load(this.#state, 0, 0);
    for (const message of messages) {
      const there = locals[this.#in.local.receiver.at(message) - 1]!;
      if (this.#in.local.stopped.at(there) !== 1 && !this.#network.isDead(there, message)) draft.send(message);
    }
    let [sumLow, sumHigh] = [draft.low, draft.high];
    for (const atom of [...locals, watch, budget]) {
      sumLow = (sumLow + low.at(atom)) | 0;
      sumHigh = (sumHigh + high.at(atom)) | 0;
    }
    this.generated++;
    this.standsForSteps++;
    this.#in.edges?.numberOf(sumLow, sumHigh);
    if (!this.#isNew(Int32Array.from(locals), 0, sumLow, sumHigh, budget, watch)) return;
    this.paths.begin();
    const at = this.#frontier.begin(atNodes + locals.length + 1 + draft.count);
    const { data } = this.#frontier;
    data.set([sumLow, sumHigh, this.distinct - 1, 0, budget, watch, ...locals, draft.count], at);
    data.set(draft.items.subarray(0, draft.count), at + atNodes + locals.length + 1);
    this.#frontier.end(at, atNodes + locals.length + 1 + draft.count);
  }

  /** Adds a state that another search wrote down. */
  addRecord(record: Int32Array): void {
    const { nodes } = this.#in;
    const first = atNodes + nodes + 1;
    this.#draft.load(record, first, record[atNodes + nodes]!);
    const [low, high, budget, watch] = [record[atLow]!, record[atHigh]!, record[atBudget]!, record[atWatch]!];
    if (!this.#isNew(record, atNodes, low, high, budget, watch)) return;
    this.paths.begin();
    const at = this.#frontier.begin(record.length);
    const { data } = this.#frontier;
    data.set(record, at);
    data[at + atNumber] = this.distinct - 1;
    data[at + atDepth] = 0;
    this.#frontier.end(at, record.length);
  }

  /** The state that was looked at last, as it is written down; null before the first. */
  lastRecord(): Int32Array | null {
    if (this.#expanded === 0) return null;
    // Breadth first it still lies where it was taken from; a stack is written over.
    const isThere = this.#in.order === "breadth-first";
    const data = isThere ? this.#frontier.taken : this.#state;
    const at = isThere ? this.#lastAt : 0;
    const head = atNodes + this.#in.nodes + 1;
    return data.subarray(at, at + head + data[at + head - 1]!);
  }

  /** Runs to the end, or to a bound. */
  run(): void {
    const frontier = this.#frontier;
    const { local, watch } = this.#in;
    for (let count = 0, enough = 0; !this.#over; count++) {
      const looks = count % expansionsALook === 0 || frontier.beginsLevel || local.calls + watch.size > enough;
      if (looks) enough = local.calls + watch.size + learnedALook;
      if (looks) this.#flush();
      if (frontier.isEmpty || (looks && this.#isSpent())) break;
      if (frontier.beginsLevel) this.#level.begin(this.open, this.#expanded);
      this.#next();
    }
    if (this.cut === null && this.#depthCut) this.cut = "depth";
    if (this.#in.local.refusal !== null) this.cut = "refusal";
    if ((this.#in.symmetry?.refusal ?? null) !== null) this.cut = "asymmetry";
  }

  #isSpent(): boolean {
    const { statesMax, bytesMax, expired, progress, edges } = this.#in;
    progress?.(this.distinct, this.generated, this.open);
    if (this.distinct >= statesMax) this.cut = "states";
    else if (Math.max(this.bytes, edges?.bytes ?? 0) >= bytesMax || this.#visited.full) this.cut = "memory";
    else if (expired()) this.cut = "time";
    return this.cut !== null;
  }

  /** Takes a state out of the frontier, and its steps. */
  #next(): void {
    const at = this.#frontier.take();
    const { taken: data, length } = this.#frontier;
    const { nodes, local, depthMax, watch } = this.#in;
    const depth = data[at + atDepth]!;
    if (depth > this.depth) this.depth = depth;
    if (depth < depthMax) this.#expanded++;
    this.#lastAt = at;
    this.#anyStopped = false;
    for (let node = 0; node < nodes; node++)
      if (local.stopped.data[data[at + atNodes + node]!] === 1) this.#anyStopped = true;
    const isPlain = this.#plain !== null && depth < depthMax && !this.#anyStopped && !watch.inspects;
    if (isPlain) return this.#plain!.expand(data, at);
    this.#copy(data, at, length);
    if (this.#in.endsAt?.(this.#state) === true) this.#end("goal");
    else if (depth < depthMax) this.#expand();
    else this.#depthCut = true;
  }

  #end(cut: Cut): void {
    this.cut = cut;
    this.#over = true;
  }

  #copy(data: Int32Array, from: number, length: number): void {
    if (this.#state.length < length) this.#state = new Int32Array(length * 2);
    const state = this.#state;
    for (let index = 0; index < length; index++) state[index] = data[from + index]!;
  }

  // --- the steps of one state ---

  #expand(): void {
    const { nodes } = this.#in;
    const state = this.#state;
    const generatedBefore = this.generated;
    this.#in.edges?.leave(state, this.#messageOf);
    this.#interruptions?.begin(state);
    const alone = this.#in.reduction?.stepIn(state, nodes, this.#messageOf) ?? null;
    if (alone !== null) this.#take(alone.node, alone.event, alone.item, state[atBudget]!, asItIs);
    else if (this.#in.order !== "depth-first") {
      this.#allDeliveries(0);
      for (let node = 0; node < nodes && !this.#over; node++) this.#ownSteps(node);
      if (this.#in.world !== null) this.#worldSteps(this.#in.world, 0);
    } else this.#turned(state[atLow]! >>> 0);
    if (this.#in.symmetry !== null)
      this.standsForSteps += (this.generated - generatedBefore) * this.#orbits.at(state[atNumber]!);
  }

  /** Takes in what plain expansions found. */
  #flush(): void {
    const plain = this.#plain;
    if (plain === null) return;
    plain.flush();
    if (plain.isFull) this.#end("memory");
  }

  /**
   * Depth first the step that comes last is gone into first. In one order everywhere a search would change the ends of its
   * runs for a long time and their beginnings never; so in each state another step comes last, as its fingerprint has it.
   */
  #turned(turn: number): void {
    const { nodes, world } = this.#in;
    for (let group = 0; group < 3 && !this.#over; group++) {
      const which = (group + turn) % 3;
      if (which === 0) this.#allDeliveries(turn);
      else if (which === 2 && world !== null) this.#worldSteps(world, turn);
      for (let at = 0; which === 1 && at < nodes && !this.#over; at++) this.#ownSteps((at + turn) % nodes);
    }
  }

  #allDeliveries(turn: number): void {
    const { nodes } = this.#in;
    const state = this.#state;
    const first = atNodes + nodes + 1;
    const count = state[atNodes + nodes]!;
    for (let index = 0; index < count && !this.#over; index++) {
      const place = (index + turn) % count;
      const item = state[first + place]!;
      // Equal messages are one step, and lie side by side.
      if (place === 0 || item !== state[first + place - 1]) this.#deliveries(item);
    }
  }

  /** What is no node's own: links change, liars speak. */
  #worldSteps(world: World, turn: number): void {
    const { nodes, local } = this.#in;
    const state = this.#state;
    const steps = world.stepsOf(state[atBudget]!, state, atNodes + nodes + 1, state[atNodes + nodes]!);
    for (let index = 0; index < steps.length; index++) {
      if (this.#over) return;
      const { event, budget, isMessage } = steps[(index + turn) % steps.length]!;
      if (isMessage) this.#take(local.receiver.data[event]! - 1, event, 0, budget, asLie);
      else this.#change(0, event, budget, asTurn);
    }
  }

  #deliveries(item: number): void {
    const { local, budgets, loses, duplicates, network, world } = this.#in;
    const message = network === "ordered" ? this.#draft.messageOf(item) : item;
    const node = local.receiver.data[message]! - 1;
    const budget = this.#state[atBudget]!;
    if (world?.holds(budget, message) === true) return;
    this.#take(node, message, item, budget, asItIs);
    if (local.sender.data[message] === node + 1) return;
    if (duplicates) {
      const left = budgets.after(budget, spendDuplicate);
      if (left !== 0) this.#take(node, message, item, left, asCopy);
    }
    if (loses) {
      const left = budgets.after(budget, spendLoss);
      if (left !== 0) this.#change(item, message, left, asLoss);
    }
  }

  #ownSteps(node: number): void {
    const { local, budgets } = this.#in;
    const state = this.#state[atNodes + node]!;
    const at = local.ownOf(state);
    this.#in.symmetry?.learnOwn(state);
    const count = local.ownCount.data[state]!;
    for (let index = at; index < at + count; index++) {
      const event = local.own.data[index]!;
      const left = budgets.after(this.#state[atBudget]!, local.cost.data[event]!);
      if (left !== 0) this.#take(node, event, 0, left, asItIs);
    }
  }

  /** One node takes one event; `item` is what leaves the network by it, 0 for nothing. */
  #take(node: number, event: number, item: number, spent: number, how: number): void {
    const budget = this.#interruptions === null ? spent : this.#in.budgets.turned(spent, node);
    const { local, atoms, network, prunesNoOps } = this.#in;
    const state = this.#state;
    const before = state[atNodes + node]!;
    const row = local.row(before, event);
    this.#in.symmetry?.learnRow(before, event, row);
    this.#in.reduction?.take(row);
    const first = local.rowFirst.data[row]!;
    const end = first + local.rowCount.data[row]!;
    const isAlone = this.#in.reduction === null && this.#in.world === null;
    const isSimple = isAlone && network === "multiset" && how === asItIs && !this.#anyStopped;
    for (let outcome = first; outcome < end; outcome++) {
      const to = local.to.data[outcome]!;
      const sends = local.sendsCount.data[outcome]!;
      const observed = local.observed.data[outcome]!;
      const changesNothing = to === before && sends === 0 && observed === 0 && local.thrown.data[outcome] === 0;
      // On an ordered network even a message that does nothing makes room for the next.
      if (changesNothing && prunesNoOps && (item === 0 || network !== "ordered")) {
        this.noOps++;
        continue;
      }
      this.generated++;
      const way = (outcome - first) * waysOfTaking + how;
      if (local.thrown.data[outcome] !== 0) {
        this.#throws(local.thrown.data[outcome]!, event, way);
        continue;
      }
      const isEnd = local.stopped.data[to] === 1;
      const isPlain = isSimple && !isEnd;
      let low: number;
      let high: number;
      if (isPlain) {
        low = (state[atLow]! + local.low.data[outcome]! - atoms.low.data[before]!) | 0;
        high = (state[atHigh]! + local.high.data[outcome]! - atoms.high.data[before]!) | 0;
        if (item !== 0) {
          low = (low - atoms.low.data[item]!) | 0;
          high = (high - atoms.high.data[item]!) | 0;
        }
      } else {
        this.#network.step(state, node, item, outcome, how, isEnd);
        low = (state[atLow]! + this.#draft.low + atoms.low.data[to]! - atoms.low.data[before]!) | 0;
        high = (state[atHigh]! + this.#draft.high + atoms.high.data[to]! - atoms.high.data[before]!) | 0;
      }
      this.#arrive(node, to, low, high, budget, observed, event, way, isPlain ? outcome : -1, item);
    }
  }

  /** A step of the network alone: a message leaves it, or nothing but the budgets is another. */
  #change(item: number, event: number, budget: number, how: number): void {
    const draft = this.#draft;
    this.#network.load(this.#state);
    if (item !== 0) draft.take(item);
    this.generated++;
    const low = (this.#state[atLow]! + draft.low) | 0;
    const high = (this.#state[atHigh]! + draft.high) | 0;
    this.#arrive(-1, 0, low, high, budget, 0, event, how, -1, 0);
  }

  /** A step leads to a state: what properties say of it, whether it is new, and if so what it is. */
  #arrive(
    node: number,
    to: number,
    lowBefore: number,
    highBefore: number,
    budget: number,
    observed: number,
    event: number,
    how: number,
    plainOutcome: number,
    item: number,
  ): void {
    const { atoms, watch } = this.#in;
    const state = this.#state;
    let low = lowBefore;
    let high = highBefore;
    let remembers = state[atWatch]!;
    if (budget !== state[atBudget]) {
      low = (low + atoms.low.data[budget]! - atoms.low.data[state[atBudget]!]!) | 0;
      high = (high + atoms.high.data[budget]! - atoms.high.data[state[atBudget]!]!) | 0;
    }
    if (observed !== 0) {
      const row = watch.next(remembers, observed);
      this.#in.symmetry?.learnFold(remembers, observed, row);
      if (watch.breaks(row).length > 0) this.#broke(watch.breaks(row), state[atNumber]!, event, how);
      remembers = watch.to(row);
    }
    if (watch.inspects) remembers = this.#inspect(remembers, node, to, event, how);
    if (remembers !== state[atWatch]) {
      low = (low + atoms.low.data[remembers]! - atoms.low.data[state[atWatch]!]!) | 0;
      high = (high + atoms.high.data[remembers]! - atoms.high.data[state[atWatch]!]!) | 0;
    }
    this.#in.edges?.arrive(low, high, event, how);
    if (this.#visited.full) {
      this.#end("memory");
      return;
    }
    if (this.#in.symmetry === null) {
      if (!this.#visited.add(low, high)) return;
      if (plainOutcome >= 0) this.#network.simpleStep(state, plainOutcome, item);
    } else {
      if (plainOutcome >= 0) this.#network.simpleStep(state, plainOutcome, item);
      const before = node < 0 ? 0 : state[atNodes + node]!;
      if (node >= 0) state[atNodes + node] = to;
      const isNew = this.#isNew(state, atNodes, low, high, budget, remembers);
      if (node >= 0) state[atNodes + node] = before;
      if (!isNew) return;
    }
    this.paths.add(state[atNumber]!, event, how);
    this.#write(node, to, low, high, budget, remembers);
  }

  /** Whether no state of an orbit was seen before: the network is in the draft. */
  #isNew(locals: Int32Array, from: number, low: number, high: number, budget: number, remembers: number): boolean {
    const { symmetry, nodes, atoms } = this.#in;
    if (symmetry === null) return this.#visited.add(low, high);
    symmetry.fingerprint(locals, from, nodes, remembers, this.#draft.items, this.#draft.count);
    if (symmetry.refusal !== null) {
      this.#end("asymmetry");
      return false;
    }
    const isNew = this.#visited.add(
      (symmetry.low + atoms.low.data[budget]!) | 0,
      (symmetry.high + atoms.high.data[budget]!) | 0,
    );
    if (isNew) {
      this.#orbits.push(symmetry.orbit);
      this.standsFor += symmetry.orbit;
    }
    return isNew;
  }

  #write(node: number, to: number, low: number, high: number, budget: number, remembers: number): void {
    const { nodes } = this.#in;
    const draft = this.#draft;
    const length = atNodes + nodes + 1 + draft.count;
    const state = this.#state;
    const at = this.#frontier.begin(length, this.#interruptions?.isOne(state, budget));
    const { data } = this.#frontier;
    data[at + atLow] = low;
    data[at + atHigh] = high;
    data[at + atNumber] = this.distinct - 1;
    data[at + atDepth] = state[atDepth]! + 1;
    data[at + atBudget] = budget;
    data[at + atWatch] = remembers;
    for (let index = 0; index < nodes; index++) data[at + atNodes + index] = state[atNodes + index]!;
    if (node >= 0) data[at + atNodes + node] = to;
    data[at + atNodes + nodes] = draft.count;
    const first = at + atNodes + nodes + 1;
    for (let index = 0; index < draft.count; index++) data[first + index] = draft.items[index]!;
    this.#frontier.end(at, length);
    const way = this.#in.onNew?.(data.subarray(at, at + length)) ?? "goes on";
    if (way === "goes on") return;
    if (way === "is left") {
      this.#frontier.dropLast(length);
      this.#expanded++;
      return;
    }
    this.#end("goal");
  }

  // --- violations ---

  #inspect(remembers: number, node: number, to: number, event: number, how: number): number {
    const { nodes, watch, lookInto } = this.#in;
    const locals = Array.from(this.#state.subarray(atNodes, atNodes + nodes));
    if (node >= 0) locals[node] = to;
    const { to: after, breaks } = watch.inspect(remembers, locals.join(), lookInto(locals));
    if (breaks.length > 0) this.#broke(breaks, this.#state[atNumber]!, event, how);
    return after;
  }

  #throws(error: number, event: number, how: number): void {
    const clause = this.#in.local.errors[error - 1]!;
    this.#broke([{ property: -1, clause }], this.#state[atNumber]!, event, how);
  }

  #broke(found: readonly Break[], parent: number, event: number, how: number): void {
    assert(found.length > 0, "a violation has a property");
    if (!this.#in.broke(found, parent, event, how)) return;
    this.#end("violation");
  }
}
