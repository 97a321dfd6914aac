import { ConfigurationTable, grown } from "./configuration-table.ts";
import { noState, type Transitions } from "./transitions.ts";

/** Operations to be put in an order, by number. */
export interface SearchProblem {
  /** The state before the first operation. */
  readonly start: number;
  /** By operation: what it does. */
  readonly action: Int32Array;
  /** By operation: 1 when it must be in the order, 0 when it may be (indeterminate). */
  readonly determined: Uint8Array;
}

/**
 * Which operation may come next: real time, program order. What it remembers of the order so far are the words of a
 * configuration from `constraintWords` on, and word 0: how much of the history is explained.
 */
export interface OrderConstraint {
  /** How many words it uses. */
  readonly width: number;
  /** The value of word 0 when all determined operations are placed. */
  readonly goal: number;
  /** The first position, from `from` on, of a determined operation that may come next, or -1. */
  seek(configuration: Int32Array, from: number): number;
  /** The operation at a position that `seek` gave. */
  operationAt(configuration: Int32Array, position: number): number;
  /** Places a determined operation. */
  place(configuration: Int32Array, operation: number): void;
  /** Whether an indeterminate operation may come next, were it not placed yet. */
  allows(configuration: Int32Array, operation: number): boolean;
  /**
   * Whether another determined operation that does and answers the same may come next and is to go first: the two
   * could be exchanged, so one of the two orders suffices.
   */
  isRedundant(configuration: Int32Array, operation: number): boolean;
  /** The determined operation that all others wait for, or -1. */
  urgent(configuration: Int32Array): number;
  /** By operation: an indeterminate one that does the same and is allowed whenever this one is, or -1. */
  readonly twin: Int32Array;
}

/** Where the constraint's words begin: after what is explained, and the state. */
export const constraintWords = 2;

/** Positions are tried in three rounds. */
const lastRank = 2;
const rankStride = 0x2000_0000;

/** Steps. The figure hardly matters to the speed (8 to 256 were tried); a low one makes small histories take turns. */
const patienceMin = 8;
/** Once the search has looked elsewhere, it does so often, and only slowly less so. */
const patienceLater = 64;
const patienceGrowthShift = 6;
/** Of how many placements a stride back consists: about those open at a time, where many clients are. */
const backStride = 32;

/** How far an order got that explains as much as any. */
export interface LongestOrder {
  readonly order: readonly number[];
  /** The state that it leaves. */
  readonly state: number;
  /** How much it explains: word 0 of its configuration. */
  readonly explained: number;
  /** Its configuration. */
  readonly configuration: Int32Array;
}

/**
 * The search for an order of operations that a specification explains (Wing and Gong 1993), with a memory of the
 * configurations seen (Lowe 2017). A configuration says which operations are placed, and the state; it is a few
 * integers however long the history. The search can be run in turns.
 *
 * It goes depth first over the determined operations. Indeterminate ones are put off until these are at an end, or have
 * brought nothing for a while, and are then placed where the most is explained: most are never needed, and each one
 * placed too early doubles what is left.
 *
 * Branches that are cut, none of which can hide an order:
 * - a read-only operation that is legal now is placed now: wherever it stands in an order, it can be moved here;
 * - an indeterminate operation that would change nothing is not placed: an order without it does as well;
 * - of two operations that can be exchanged, one is tried;
 * - a configuration is not entered when one was that differs only in having more indeterminate operations left.
 */
export class OrderSearch<State, Input, Output> {
  readonly #transitions: Transitions<State, Input, Output>;
  readonly #constraint: OrderConstraint;
  readonly #action: Int32Array;
  readonly #determined: Uint8Array;
  readonly #readOnly: Uint8Array;
  /** Indeterminate operations; the position of one here is its bit in a configuration. */
  readonly #optional: readonly number[];
  readonly #optionalBit: Int32Array;
  readonly #optionalWords: number;
  readonly #finalStates: Set<number> | undefined;
  readonly #table: ConfigurationTable;
  /** The configuration of the node, and the next one in the making. */
  #here: Int32Array;
  #there: Int32Array;
  /**
   * By entry of the table: the entry it came from, the operation placed, and what to try next: a position, or -1 when
   * there is none, or -2 - n when only indeterminate operations are left to try, from the nth on.
   */
  #parents: Int32Array = new Int32Array(16);
  #placed: Int32Array = new Int32Array(16);
  #cursors: Int32Array = new Int32Array(16);
  /** The entry that is being extended by determined operations, or -1. */
  #node = -1;
  /** A read-only operation that is the node's only choice, or -1. */
  #only = -1;
  readonly #waiting: WaitingEntries;
  /** How long the search goes on without explaining more before it looks elsewhere, and until when now. */
  #patience = patienceMin;
  #patientUntil = patienceMin;
  #goesBack = false;
  #suspensions = 0;
  #longest = 0;
  #longestOptional = 0;
  #result: "open" | "found" | "exhausted" = "open";
  #placements = 0;

  /**
   * @param finalStates When given, the search does not stop at an order: it collects the states that the orders of all
   * determined operations lead to, and ends `exhausted`. Indeterminate operations after the last determined one are
   * left out.
   */
  constructor(
    transitions: Transitions<State, Input, Output>,
    { start, action, determined }: SearchProblem,
    constraint: OrderConstraint,
    finalStates?: Set<number>,
  ) {
    this.#transitions = transitions;
    this.#constraint = constraint;
    this.#action = action;
    this.#determined = determined;
    this.#finalStates = finalStates;
    this.#readOnly = Uint8Array.from(action, (id) => (transitions.readOnly(id) ? 1 : 0));
    this.#optional = Array.from(action.keys()).filter((operation) => determined[operation] === 0);
    this.#optionalBit = new Int32Array(action.length);
    for (let at = 0; at < this.#optional.length; at++) this.#optionalBit[this.#optional[at]!] = at;
    this.#optionalWords = constraintWords + constraint.width;
    const setWidth = (this.#optional.length + 31) >> 5;
    this.#here = new Int32Array(this.#optionalWords + setWidth);
    this.#there = new Int32Array(this.#optionalWords + setWidth);
    this.#table = new ConfigurationTable(this.#optionalWords, setWidth);
    this.#waiting = new WaitingEntries(constraint.goal);
    this.#there[1] = start;
    this.#arrive(-1, -1);
  }

  /** `found`: an order explains all. `exhausted`: none does. `open`: run on. */
  get result(): "open" | "found" | "exhausted" {
    return this.#result;
  }

  /** The work done: placements tried and sets of indeterminate operations compared. */
  get steps(): number {
    return this.#placements + this.#table.comparisons;
  }

  /** The memory of the visited configurations. */
  get bytes(): number {
    return this.#table.bytes + 12 * this.#parents.length;
  }

  /** The order that explains the most; of those, one with the fewest indeterminate operations. When found: all. */
  longest(): LongestOrder {
    const order: number[] = [];
    for (let entry = this.#longest; this.#parents[entry]! >= 0; entry = this.#parents[entry]!) {
      order.push(this.#placed[entry]!);
    }
    const configuration = new Int32Array(this.#here.length);
    this.#table.load(this.#longest, configuration);
    return { order: order.reverse(), state: configuration[1]!, explained: configuration[0]!, configuration };
  }

  /** Works for about `stepsMax` steps. */
  run(stepsMax: number): void {
    const end = this.steps + stepsMax;
    while (this.#result === "open" && this.steps < end) {
      if (this.#node < 0) this.#resume();
      else if (this.#only < 0 && this.steps > this.#patientUntil) this.#suspend();
      else this.#extend();
    }
  }

  /** Places the next determined operation at the node, or goes back. */
  #extend(): void {
    if (this.#only >= 0) {
      const only = this.#only;
      this.#only = -1;
      this.#place(this.#node, only);
      return;
    }
    const cursor = this.#cursors[this.#node]!;
    const rank = cursor < 0 ? 0 : Math.floor(cursor / rankStride);
    const position = cursor < 0 ? -1 : this.#constraint.seek(this.#here, cursor - rank * rankStride);
    if (position < 0) {
      if (cursor >= 0 && rank < lastRank) {
        this.#cursors[this.#node] = (rank + 1) * rankStride;
        return;
      }
      if (cursor >= 0 && this.#optional.length > 0) this.#wait(this.#node, -2);
      this.#retreat();
      return;
    }
    this.#cursors[this.#node] = position + 1 + rank * rankStride;
    const operation = this.#constraint.operationAt(this.#here, position);
    if (!this.#isOfRank(operation, rank) || this.#constraint.isRedundant(this.#here, operation)) return;
    this.#place(this.#node, operation);
  }

  /**
   * When to try an operation. First what is legal now and not always: the opportunity may not come again. Then the
   * urgent one, and what makes it legal. Everything else only makes a detour. What is selective becomes known on the
   * way, so the second and the third round go by the rest alone: nothing may fall between them.
   */
  #isOfRank(operation: number, rank: number): boolean {
    const action = this.#action[operation]!;
    if (rank === 0 && !this.#transitions.isSelective(action)) return false;
    const after = this.#transitions.next(this.#here[1]!, action);
    if (after === noState || rank === 0) return after !== noState;
    const urgent = this.#constraint.urgent(this.#here);
    const helps =
      urgent < 0 || operation === urgent || this.#transitions.next(after, this.#action[urgent]!) !== noState;
    return helps === (rank === 1);
  }

  /** Back to where the node came from; where an indeterminate operation was placed, others wait to be. */
  #retreat(): void {
    const operation = this.#placed[this.#node]!;
    this.#node = operation < 0 || this.#determined[operation] === 0 ? -1 : this.#parents[this.#node]!;
    if (this.#node >= 0) this.#table.load(this.#node, this.#here);
  }

  #wait(entry: number, cursor: number): void {
    this.#cursors[entry] = cursor;
    this.#waiting.push(entry, this.#table.word(entry, 0));
  }

  /**
   * Goes on elsewhere: every other time with what waits, else further back on the way to this node, since what keeps it
   * from explaining more was often done some operations ago. How far back goes 1, 2, 1, 4, 1, 2, 1, 8 … (Luby,
   * Sinclair and Zuckerman 1993): where the cause lies is not known, and near causes are cheap to look for.
   */
  #suspend(): void {
    this.#suspensions++;
    this.#patience = Math.max(patienceLater, this.#patience + (this.#patience >> patienceGrowthShift));
    this.#patientUntil = this.steps + this.#patience;
    this.#goesBack = !this.#goesBack || this.#waiting.isEmpty;
    if (this.#goesBack) {
      this.#goBack(backStride * (this.#suspensions & -this.#suspensions));
      return;
    }
    this.#wait(this.#node, this.#cursors[this.#node]!);
    this.#node = -1;
  }

  /** Leaves a number of nodes for later. */
  #goBack(count: number): void {
    for (let left = count; left > 0 && this.#node >= 0; left--) {
      if (this.#cursors[this.#node]! >= 0) this.#wait(this.#node, this.#cursors[this.#node]!);
      this.#retreat();
    }
  }

  /** Goes on where the most is explained: with determined operations, or else with the next indeterminate one. */
  #resume(): void {
    if (this.#waiting.isEmpty) {
      this.#result = "exhausted";
      return;
    }
    const entry = this.#waiting.pop();
    this.#table.load(entry, this.#here);
    if (this.#cursors[entry]! > -2) {
      this.#node = entry;
      return;
    }
    for (let next = -2 - this.#cursors[entry]!; next < this.#optional.length; next++) {
      if (this.#isGivable(this.#optional[next]!)) {
        this.#wait(entry, -3 - next);
        this.#place(entry, this.#optional[next]!);
        return;
      }
    }
  }

  #isGivable(operation: number): boolean {
    if (this.#isGiven(operation) || !this.#constraint.allows(this.#here, operation)) return false;
    const twin = this.#constraint.twin[operation]!;
    return twin < 0 || this.#isGiven(twin);
  }

  #isGiven(operation: number): boolean {
    const bit = this.#optionalBit[operation]!;
    return ((this.#here[this.#optionalWords + (bit >> 5)]! >>> (bit & 31)) & 1) === 1;
  }

  /** Tries an operation at an entry whose configuration is `#here`; if it leads to something new, goes there. */
  #place(from: number, operation: number): void {
    this.#placements++;
    const state = this.#here[1]!;
    const after = this.#transitions.next(state, this.#action[operation]!);
    const isOptional = this.#determined[operation] === 0;
    if (after === noState || (isOptional && after === state)) return;
    this.#there.set(this.#here);
    this.#there[1] = after;
    if (isOptional) {
      const bit = this.#optionalBit[operation]!;
      const word = this.#optionalWords + (bit >> 5);
      this.#there[word] = this.#there[word]! | (1 << (bit & 31));
    } else {
      this.#constraint.place(this.#there, operation);
    }
    this.#arrive(from, operation);
  }

  /** Goes to the configuration `#there` unless it was visited. */
  #arrive(from: number, operation: number): void {
    const entry = this.#table.add(this.#there);
    if (entry < 0) return;
    [this.#here, this.#there] = [this.#there, this.#here];
    if (entry === this.#parents.length) this.#grow();
    this.#parents[entry] = from;
    this.#placed[entry] = operation;
    this.#noteLongest(entry);
    this.#node = entry;
    if (this.#here[0]! < this.#constraint.goal) {
      this.#only = this.#onlyChoice();
      this.#cursors[entry] = this.#only < 0 ? 0 : -1;
    } else if (this.#finalStates === undefined) {
      this.#result = "found";
    } else {
      this.#finalStates.add(this.#here[1]!);
      this.#cursors[entry] = -1;
    }
  }

  /** A read-only operation that is legal now, or -1. */
  #onlyChoice(): number {
    const state = this.#here[1]!;
    let position = this.#constraint.seek(this.#here, 0);
    while (position >= 0) {
      const operation = this.#constraint.operationAt(this.#here, position);
      if (this.#readOnly[operation] === 1 && !this.#constraint.isRedundant(this.#here, operation)) {
        if (this.#transitions.next(state, this.#action[operation]!) !== noState) return operation;
      }
      position = this.#constraint.seek(this.#here, position + 1);
    }
    return -1;
  }

  #noteLongest(entry: number): void {
    const more = this.#here[0]! - this.#table.word(this.#longest, 0);
    if (more < 0) return;
    const optional = this.#countOptional();
    if (more === 0 && optional >= this.#longestOptional) return;
    this.#longest = entry;
    this.#longestOptional = optional;
    this.#patience = patienceMin;
    this.#patientUntil = this.steps + patienceMin;
  }

  #countOptional(): number {
    let count = 0;
    for (let at = this.#optionalWords; at < this.#here.length; at++) {
      for (let word = this.#here[at]!; word !== 0; word &= word - 1) count++;
    }
    return count;
  }

  #grow(): void {
    this.#parents = grown(this.#parents);
    this.#placed = grown(this.#placed);
    this.#cursors = grown(this.#cursors);
  }
}

/** Entries that wait, by how much they explain: the most first, among equals the one that waits longest. */
class WaitingEntries {
  readonly #levels: number[][] = [];
  readonly #taken: Int32Array;
  #top = -1;

  constructor(goal: number) {
    this.#taken = new Int32Array(goal + 1);
  }

  push(entry: number, level: number): void {
    const entries = this.#levels[level];
    if (entries === undefined) this.#levels[level] = [entry];
    else entries.push(entry);
    this.#top = Math.max(this.#top, level);
  }

  get isEmpty(): boolean {
    while (this.#top >= 0 && this.#taken[this.#top] === (this.#levels[this.#top]?.length ?? 0)) this.#top--;
    return this.#top < 0;
  }

  /** Only when not empty. */
  pop(): number {
    const taken = this.#taken[this.#top]!;
    this.#taken[this.#top] = taken + 1;
    return this.#levels[this.#top]![taken]!;
  }
}
