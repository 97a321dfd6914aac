import { componentsOf } from "./components.ts";
import { IntBuffer } from "./int-buffer.ts";
import type { LocalClosure } from "./local-closure.ts";
import type { LocalQuotient } from "./local-quotient.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import type { NetworkKind } from "./network-draft.ts";

/** By row of a local state and a message: the message does nothing there, nor anywhere that the process gets from there. */
export const isDead = 1;
/** By row of a local state and an event: taken before everything else, it loses nothing. */
export const isFirst = 2;

/** Pairs of steps that are compared, at most. */
const comparisonsMax = 30_000_000;

/** One process: its local states that stand for others, by place, and what can come in each. */
interface Site {
  readonly states: readonly number[];
  readonly placeOf: ReadonlyMap<number, number>;
  /** By place: its own events. */
  readonly own: readonly ReadonlySet<number>[];
  /** By place: every event that may come, and its row. */
  readonly events: readonly (readonly number[])[];
  readonly rows: readonly Int32Array[];
  /** By place: where it is led to from, and by which event. */
  readonly from: readonly { readonly place: number; readonly event: number }[][];
  readonly messages: ReadonlySet<number>;
}

/**
 * Finds the steps of single processes that commute with everything which can come before them, from the table of all
 * local steps.
 *
 * A step `t` of process `p` in local state `s` is *first* when, in `s` and in every local state that `p` can get to from
 * there without `t`: `t` stays possible, has one outcome, costs no budget, is seen by no property; and for every other
 * event `e` that may come, `e` and `t` lead to the same local state in either order and send the same in all. Then the
 * step alone is a persistent set: no matter what happens first, `t` can be moved before it, step by step, with the same
 * state afterwards. Steps of other processes commute anyway: they read and write other local states, and the network only
 * gains by a send. So of such a state the search takes only `t`; no state in which a property breaks or a process throws
 * is lost, though the way to it may be longer. Nothing is put off for ever (the cycle proviso): the steps that are taken
 * alone lead out of every component of the graph that they form, or only take a message away.
 *
 * A message is *dead* when it does nothing in `s` nor in any local state that can follow: it leaves the network at once,
 * and both networks behave alike for ever.
 *
 * Source: Godefroid 1996, Partial-Order Methods, 4 (persistent sets); Clarke, Grumberg, Peled 1999, Model Checking, 10
 * (C0–C3); Katz, Peled 1992 (conditional independence); Groote, van de Pol 2000 (confluence).
 */
export class Confluence {
  /** By row: `isDead`, `isFirst`, both or neither. */
  readonly flags: IntBuffer = new IntBuffer();
  readonly #local: LocalTransitions;
  readonly #isOrdered: boolean;
  readonly #isSet: boolean;
  readonly #meddles: boolean;
  #comparisons = 0;

  constructor(
    local: LocalTransitions,
    closure: LocalClosure,
    quotient: LocalQuotient,
    network: NetworkKind,
    /** Whether a message may also be lost, or come again, as a step of its own: then no delivery is first. */
    meddles: boolean,
  ) {
    this.#local = local;
    this.#isOrdered = network === "ordered";
    this.#isSet = network === "set";
    this.#meddles = meddles;
    while (this.flags.length < local.rowFirst.length) this.flags.push(0);
    for (const { states, messages } of closure.reach)
      this.#analyse(siteOf(local, closure, [...new Set(states.map((state) => quotient.of(state)))], messages));
  }

  #analyse(site: Site): void {
    const candidates = new Set(site.messages);
    for (const own of site.own) for (const event of own) if (this.#local.cost.at(event) === 0) candidates.add(event);
    const alone: { readonly from: number; readonly to: number; readonly row: number }[] = [];
    for (const event of candidates) {
      const mayBeFirst = !(this.#meddles && site.messages.has(event));
      const commutes = this.#greatest(site, event, (place) => mayBeFirst && this.#commutesAt(site, place, event));
      const row = (place: number): number => this.#local.row(site.states[place]!, event);
      for (let place = 0; place < commutes.length; place++) {
        if (commutes[place] === 0) continue;
        const to = site.placeOf.get(this.#local.to.at(this.#local.rowFirst.at(row(place))))!;
        if (to !== place || this.#onlyVanishes(site, event, row(place)))
          alone.push({ from: place, to, row: row(place) });
      }
      if (this.#isOrdered || !site.messages.has(event)) continue;
      const dead = this.#greatest(site, event, (place) => this.#doesNothing(site.states[place]!, row(place)));
      for (let place = 0; place < dead.length; place++) if (dead[place] === 1) this.#flag(row(place), isDead);
    }
    this.#keepAcyclic(site, alone);
  }

  /** A step that changes nothing but that a message is gone: there are only so many messages. */
  #onlyVanishes({ messages }: Site, event: number, row: number): boolean {
    return !this.#isSet && messages.has(event) && this.#local.sendsCount.at(this.#local.rowFirst.at(row)) === 0;
  }

  /** Steps within a component might go round, each time before something else. They are not taken alone. */
  #keepAcyclic(
    { states }: Site,
    alone: readonly { readonly from: number; readonly to: number; readonly row: number }[],
  ): void {
    const sorted = alone.toSorted((a, b) => a.from - b.from);
    const first = new Int32Array(states.length + 1);
    for (const { from } of sorted) first[from + 1]!++;
    for (let place = 0; place < states.length; place++) first[place + 1]! += first[place]!;
    const component = componentsOf(
      states.length,
      first,
      Int32Array.from(sorted, ({ to }) => to),
    );
    for (const { from, to, row } of sorted)
      if (from === to || component[from] !== component[to]) this.#flag(row, isFirst);
  }

  #flag(row: number, flag: number): void {
    this.flags.data[row]! |= flag;
  }

  /** The places where something holds and goes on holding whatever comes but the event itself. */
  #greatest({ states, from }: Site, event: number, holdsAt: (place: number) => boolean): Uint8Array {
    const holds = new Uint8Array(states.length);
    const lost: number[] = [];
    for (let place = 0; place < states.length; place++)
      if (holdsAt(place)) holds[place] = 1;
      else lost.push(place);
    for (let place = lost.pop(); place !== undefined; place = lost.pop())
      for (const before of from[place]!) {
        if (before.event === event || holds[before.place] === 0) continue;
        holds[before.place] = 0;
        lost.push(before.place);
      }
    return holds;
  }

  #doesNothing(state: number, row: number): boolean {
    const { rowFirst, rowCount, to, sendsCount, observed, thrown } = this.#local;
    // A process that is busy takes no message just now; what it will do with this one the next local state says.
    if (rowCount.at(row) === 0) return true;
    const at = rowFirst.at(row);
    const isNothing = to.at(at) === state && sendsCount.at(at) === 0;
    return rowCount.at(row) === 1 && isNothing && observed.at(at) === 0 && thrown.at(at) === 0;
  }

  /** The one outcome of a step that could be first; -1 for none. */
  #quietOutcome({ states, own, messages }: Site, place: number, event: number): number {
    const { rowFirst, rowCount, observed, thrown } = this.#local;
    if (!(own[place]!.has(event) || messages.has(event))) return -1;
    const row = this.#local.row(states[place]!, event);
    const outcome = rowFirst.at(row);
    const isOne = rowCount.at(row) === 1;
    return isOne && observed.at(outcome) === 0 && thrown.at(outcome) === 0 ? outcome : -1;
  }

  #commutesAt(site: Site, place: number, event: number): boolean {
    const quiet = this.#quietOutcome(site, place, event);
    if (quiet < 0) return false;
    const { events, rows } = site;
    for (const [at, other] of events[place]!.entries()) {
      if (other === event) continue;
      // What is not compared any more counts as if it did not commute.
      if (++this.#comparisons > comparisonsMax) return false;
      if (!this.#commute(site, quiet, event, other, rows[place]![at]!)) return false;
    }
    return true;
  }

  /** Whether an event leads to the same before and after a quiet step. */
  #commute(site: Site, quiet: number, event: number, other: number, row: number): boolean {
    const local = this.#local;
    const count = local.rowCount.at(row);
    if (count === 0) return true;
    const then = site.placeOf.get(local.to.at(quiet))!;
    if (!(site.own[then]!.has(other) || site.messages.has(other))) return false;
    const after = local.row(site.states[then]!, other);
    if (local.rowCount.at(after) !== count) return false;
    for (let at = 0; at < count; at++)
      if (!this.#meet(site, quiet, event, local.rowFirst.at(row) + at, local.rowFirst.at(after) + at)) return false;
    return true;
  }

  /** The quiet step and then `late`, or `early` and then the quiet step: the same state, and the same sent. */
  #meet(site: Site, quiet: number, event: number, early: number, late: number): boolean {
    const local = this.#local;
    if (local.observed.at(early) !== local.observed.at(late)) return false;
    if (local.thrown.at(early) !== 0 || local.thrown.at(late) !== 0)
      return local.thrown.at(early) !== 0 && local.thrown.at(late) !== 0;
    const last = this.#quietOutcome(site, site.placeOf.get(local.to.at(early))!, event);
    if (last < 0 || local.to.at(last) !== local.to.at(late)) return false;
    const [first, second] = [this.#sentBy(quiet), this.#sentBy(late)];
    const [third, fourth] = [this.#sentBy(early), this.#sentBy(last)];
    // On links that keep the order it must be the same one too.
    if (this.#isOrdered) return first.length + fourth.length === 0 && areEqual(second, third);
    return areEqual([...first, ...second].sort(ascending), [...third, ...fourth].sort(ascending));
  }

  #sentBy(outcome: number): readonly number[] {
    const { sends, sendsAt, sendsCount } = this.#local;
    const at = sendsAt.at(outcome);
    return sendsCount.at(outcome) === 0 ? none : Array.from(sends.data.subarray(at, at + sendsCount.at(outcome)));
  }
}

const none: readonly number[] = [];
const ascending = (a: number, b: number): number => a - b;
const areEqual = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((item, at) => item === b[at]);

const siteOf = (
  local: LocalTransitions,
  closure: LocalClosure,
  states: readonly number[],
  messages: readonly number[],
): Site => {
  const placeOf = new Map(states.map((state, place) => [state, place]));
  const own = states.map((state) => new Set(closure.ownOf(state)));
  const events = own.map((events) => [...messages, ...events]);
  const rows = events.map((each, place) => Int32Array.from(each, (event) => local.row(states[place]!, event)));
  const from = states.map((): { place: number; event: number }[] => []);
  for (const [place, each] of events.entries())
    for (const [at, event] of each.entries()) {
      const first = local.rowFirst.at(rows[place]![at]!);
      for (let outcome = first; outcome < first + local.rowCount.at(rows[place]![at]!); outcome++) {
        const to = placeOf.get(local.to.at(outcome))!;
        if (to !== place) from[to]!.push({ place, event });
      }
    }
  return { states, placeOf, own, events, rows, from, messages: new Set(messages) };
};
