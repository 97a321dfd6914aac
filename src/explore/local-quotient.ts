import { IntBuffer } from "./int-buffer.ts";
import type { Foresight, ReachOfNode } from "./local-closure.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import { PairTable } from "./pair-table.ts";

/** Two lanes that mix in unlike ways: 64 bits together, as the fingerprints of global states have. */
const lanes = [0x85ebca6b, 0x27d4eb2f] as const;

const mix = (hash: number, value: number, lane: 0 | 1): number => {
  const mixed = Math.imul(hash ^ Math.imul(value + 0x7f4a7c15, 0x9e3779b1), lanes[lane]);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ (mixed >>> 13);
};

/** Looks at local states of one process while they are told apart, at most. */
const looksMax = 600_000;

/** The rows of the steps that one process can take in one local state. */
interface Situation {
  readonly state: number;
  /** Ascending. */
  readonly events: readonly number[];
  readonly rows: Int32Array;
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
  readonly #foresight: Foresight;
  readonly #isOrdered: boolean;
  /** By local state: its class, from 1 on. */
  #classes = new IntBuffer();
  /** By local state: the one that stands for it, from 1 on. */
  readonly #standsFor = new IntBuffer();
  /** By outcome: what is the same for ever, two lanes. */
  readonly #labelLow: IntBuffer = new IntBuffer();
  readonly #labelHigh: IntBuffer = new IntBuffer();
  /** By outcome: where it led before. */
  #led: Int32Array = new Int32Array(0);

  constructor(local: LocalTransitions, foresight: Foresight, isOrdered: boolean) {
    this.#local = local;
    this.#foresight = foresight;
    this.#isOrdered = isOrdered;
    this.before = foresight.reach.reduce((sum, { states }) => sum + states.length, 0);
    for (const each of foresight.reach) this.#refine(each);
  }

  /** The local state that stands for one; itself where it is in no run. */
  of(state: number): number {
    return state < this.#standsFor.length && this.#standsFor.at(state) > 0 ? this.#standsFor.at(state) - 1 : state;
  }

  /** Lets every step that is known lead to the states that stand for others. */
  apply(): void {
    const { to } = this.#local;
    this.#led = to.data.slice(0, to.length);
    for (let outcome = 0; outcome < to.length; outcome++) this.#lead(outcome, this.of(to.at(outcome)));
  }

  /** Lets the steps lead again to where they led before. */
  undo(): void {
    for (const [outcome, into] of this.#led.entries()) this.#lead(outcome, into);
  }

  #lead(outcome: number, into: number): void {
    const { to, low, high, atoms } = this.#local;
    const from = to.at(outcome);
    if (from === into) return;
    to.data[outcome] = into;
    low.data[outcome] = (low.at(outcome) - atoms.low.at(from) + atoms.low.at(into)) | 0;
    high.data[outcome] = (high.at(outcome) - atoms.high.at(from) + atoms.high.at(into)) | 0;
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
    this.#labelLow.push(low);
    this.#labelHigh.push(high);
  }

  #situation(state: number): Situation {
    const events = [...this.#foresight.messagesIn(state), ...this.#foresight.ownOf(state)].sort((a, b) => a - b);
    return { state, events, rows: Int32Array.from(events, (event) => this.#local.row(state, event)) };
  }

  /** Splits the states of one process until none of a class can be told from another by one step. */
  #refine({ states }: ReachOfNode): void {
    const situations = states.map((state) => this.#situation(state));
    while (this.#labelLow.length < this.#local.to.length) this.#label(this.#labelLow.length);
    for (const state of states) this.#give(this.#classes, state, 1);
    for (let classes = 1, looks = 0; ; looks += situations.length) {
      // A counter that runs on is told apart one value a round: then each stands for itself.
      if (looks > looksMax) {
        this.after += states.length;
        return;
      }
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

  #signatureOf({ state, rows, events }: Situation): readonly [number, number] {
    const { rowFirst, rowCount, to, stopped } = this.#local;
    const before = this.#classes.at(state);
    let low = mix(before, stopped.at(state), 0);
    let high = mix(before, stopped.at(state), 1);
    for (const event of events) [low, high] = [mix(low, event, 0), mix(high, event, 1)];
    for (const row of rows) {
      // The outcomes of a draw are a set: no matter which comes first.
      let [sumLow, sumHigh] = [0, 0];
      const first = rowFirst.at(row);
      for (let outcome = first; outcome < first + rowCount.at(row); outcome++) {
        const into = this.#classOf(to.at(outcome));
        sumLow = (sumLow + mix(this.#labelLow.at(outcome), into, 0)) | 0;
        sumHigh = (sumHigh + mix(this.#labelHigh.at(outcome), into, 1)) | 0;
      }
      low = mix(low, sumLow + rowCount.at(row), 0);
      high = mix(high, sumHigh + rowCount.at(row), 1);
    }
    return [low, high];
  }

  /** Where nothing is foreseen of a local state it is like none but itself. */
  #classOf(state: number): number {
    const known = state < this.#classes.length ? this.#classes.at(state) : 0;
    return known > 0 ? known : -1 - state;
  }

  #give(column: IntBuffer, at: number, value: number): void {
    while (column.length <= at) column.push(0);
    column.data[at] = value;
  }
}
