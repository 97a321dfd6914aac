import { IntBuffer } from "./int-buffer.ts";
import type { LocalClosure, ReachOfNode } from "./local-closure.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import { PairTable } from "./pair-table.ts";

/** Two lanes that mix in unlike ways: 64 bits together, as the fingerprints of global states have. */
const lanes = [0x85ebca6b, 0x27d4eb2f] as const;

const mix = (hash: number, value: number, lane: 0 | 1): number => {
  const mixed = Math.imul(hash ^ Math.imul(value + 0x7f4a7c15, 0x9e3779b1), lanes[lane]);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ (mixed >>> 13);
};

/** The rows of the steps that one process can take in one local state: first those of all its messages. */
interface Situation {
  readonly state: number;
  readonly rows: Int32Array;
  /** Events of its own, ascending, and where they are among the rows. */
  readonly own: readonly number[];
}

/**
 * Which local states nobody can tell apart: at every event that may come they send the same, let properties see the same,
 * and lead to local states that nobody can tell apart either. So one of them stands for all: voices that were counted in
 * another order, memory that is never read again.
 *
 * What is merged behaves the same for ever (a bisimulation), so that every verdict stays, those on liveness too; only a
 * property that looks into the processes could tell. Looked for in the closure, where at least as much may come as in any
 * run, so that no context is missing.
 *
 * Source: Park 1981; Kanellakis, Smolka 1990 (partition refinement); Graf, Steffen 1990 (minimising parts before they are
 * composed).
 */
export class LocalQuotient {
  /** How many local states there were, and how many are left. */
  readonly before: number;
  after = 0;
  readonly #local: LocalTransitions;
  readonly #closure: LocalClosure;
  readonly #isOrdered: boolean;
  /** By local state: its class, from 1 on. */
  #classes = new IntBuffer();
  /** By local state: the one that stands for it, from 1 on. */
  readonly #standsFor = new IntBuffer();
  /** By outcome: what is the same for ever, two lanes. */
  readonly #labelLow: Int32Array;
  readonly #labelHigh: Int32Array;

  constructor(local: LocalTransitions, closure: LocalClosure, isOrdered: boolean) {
    this.#local = local;
    this.#closure = closure;
    this.#isOrdered = isOrdered;
    this.#labelLow = new Int32Array(local.to.length);
    this.#labelHigh = new Int32Array(local.to.length);
    this.before = closure.reach.reduce((sum, { states }) => sum + states.length, 0);
    for (let outcome = 0; outcome < local.to.length; outcome++) this.#label(outcome);
    for (const each of closure.reach) this.#refine(each);
  }

  /** The local state that stands for one; itself where it is in no run. */
  of(state: number): number {
    return state < this.#standsFor.length && this.#standsFor.at(state) > 0 ? this.#standsFor.at(state) - 1 : state;
  }

  /** Lets every step that is known lead to the states that stand for others. */
  apply(): void {
    const { to, low, high, atoms } = this.#local;
    for (let outcome = 0; outcome < to.length; outcome++) {
      const [from, into] = [to.at(outcome), this.of(to.at(outcome))];
      if (from === into) continue;
      to.data[outcome] = into;
      low.data[outcome] = (low.at(outcome) - atoms.low.at(from) + atoms.low.at(into)) | 0;
      high.data[outcome] = (high.at(outcome) - atoms.high.at(from) + atoms.high.at(into)) | 0;
    }
  }

  #label(outcome: number): void {
    const { sends, sendsAt, sendsCount, observed, thrown } = this.#local;
    const isThrown = thrown.at(outcome) === 0 ? 0 : 1;
    let low = mix(observed.at(outcome), isThrown, 0);
    let high = mix(observed.at(outcome), isThrown, 1);
    const at = sendsAt.at(outcome);
    const sent = sends.data.slice(at, at + sendsCount.at(outcome));
    // Where links keep no order, neither does it matter in which one a step sends.
    if (!this.#isOrdered) sent.sort();
    for (const message of sent) [low, high] = [mix(low, message, 0), mix(high, message, 1)];
    this.#labelLow[outcome] = low;
    this.#labelHigh[outcome] = high;
  }

  #situation(state: number, messages: readonly number[]): Situation {
    const own = [...this.#closure.ownOf(state)].sort((a, b) => a - b);
    const rows = Int32Array.from([...messages, ...own], (event) => this.#local.row(state, event));
    return { state, rows, own };
  }

  /** Splits the states of one process until none of a class can be told from another by one step. */
  #refine({ states, messages }: ReachOfNode): void {
    const situations = states.map((state) => this.#situation(state, messages));
    for (const state of states) this.#give(this.#classes, state, 1);
    for (let classes = 1; ; ) {
      const found = this.#split(situations);
      if (found === classes) break;
      classes = found;
    }
    const first = new Map<number, number>();
    for (const state of states) {
      const of = this.#classes.at(state);
      if (!first.has(of)) first.set(of, state);
      this.#give(this.#standsFor, state, first.get(of)! + 1);
    }
    this.after += first.size;
  }

  /** One round of splitting; says how many classes there are. */
  #split(situations: readonly Situation[]): number {
    const known = new PairTable();
    const next = situations.map((each) => {
      const [low, high] = this.#signatureOf(each);
      const found = known.get(low, high);
      if (found > 0) return found;
      known.set(low, high, known.size + 1);
      return known.size;
    });
    for (const [at, { state }] of situations.entries()) this.#classes.data[state] = next[at]!;
    return known.size;
  }

  #signatureOf({ state, rows, own }: Situation): readonly [number, number] {
    const { rowFirst, rowCount, to, stopped } = this.#local;
    const before = this.#classes.at(state);
    let low = mix(before, stopped.at(state), 0);
    let high = mix(before, stopped.at(state), 1);
    for (const event of own) [low, high] = [mix(low, event, 0), mix(high, event, 1)];
    for (const row of rows) {
      // The outcomes of a draw are a set: no matter which comes first.
      let [sumLow, sumHigh] = [0, 0];
      const first = rowFirst.at(row);
      for (let outcome = first; outcome < first + rowCount.at(row); outcome++) {
        const into = this.#classes.at(to.at(outcome));
        sumLow = (sumLow + mix(this.#labelLow[outcome]!, into, 0)) | 0;
        sumHigh = (sumHigh + mix(this.#labelHigh[outcome]!, into, 1)) | 0;
      }
      low = mix(low, sumLow + rowCount.at(row), 0);
      high = mix(high, sumHigh + rowCount.at(row), 1);
    }
    return [low, high];
  }

  #give(column: IntBuffer, at: number, value: number): void {
    while (column.length <= at) column.push(0);
    column.data[at] = value;
  }
}
