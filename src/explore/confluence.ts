import { componentsOf } from "./components.ts";
import { IntBuffer } from "./int-buffer.ts";
import type { Foresight } from "./local-closure.ts";
import type { LocalQuotient } from "./local-quotient.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import type { NetworkKind } from "./network-draft.ts";
import type { Symmetry } from "./symmetry.ts";

/** By row of a local state and a message: the message does nothing there, nor anywhere that the process gets from there. */
export const isDead = 1;
/** By row of a local state and an event: taken before everything else, it loses nothing. */
export const isFirst = 2;

/** By row of a step that is foreseen. */
const isForeseen = 4;

/** Pairs of steps that are compared, at most. */
const comparisonsMax = 30_000_000;

/** One process: its local states that stand for others, by place, and what can come in each. */
interface Site {
  readonly states: readonly number[];
  readonly placeOf: ReadonlyMap<number, number>;
  /** By place: its own events, and every event that may come, with its row. */
  readonly own: readonly ReadonlySet<number>[];
  readonly events: readonly ReadonlyMap<number, number>[];
  /** By place: where it is led to from, and by which event. */
  readonly from: readonly { readonly place: number; readonly event: number }[][];
  readonly messages: ReadonlySet<number>;
}

/** Which steps may be taken alone at all. */
export interface AloneScope {
  /** Whether a message may also be lost, come again or be forged, as a step of its own: then no delivery is taken alone. */
  readonly meddles: boolean;
  readonly isAloneAllowed: boolean;
}

/** A step that could be first: its outcome, the place that it leads to, and the event. */
interface Quiet {
  readonly quiet: number;
  readonly then: number;
  readonly event: number;
}

/** A step that may be taken alone. */
interface Alone {
  readonly from: number;
  readonly to: number;
  readonly row: number;
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
  readonly #scope: AloneScope;
  readonly #foresight: Foresight;
  readonly #quotient: LocalQuotient;
  /** Steps that must be foreseen as well: what may come after a step that is taken alone may come before it. */
  readonly lifted: (readonly [state: number, event: number])[] = [];
  #comparisons = 0;

  constructor(
    local: LocalTransitions,
    foresight: Foresight,
    quotient: LocalQuotient,
    network: NetworkKind,
    scope: AloneScope,
  ) {
    this.#local = local;
    this.#isOrdered = network === "ordered";
    this.#isSet = network === "set";
    this.#scope = scope;
    this.#foresight = foresight;
    this.#quotient = quotient;
    for (const { states, messages } of foresight.reach) {
      for (const state of states)
        for (const event of [...foresight.messagesIn(state), ...foresight.ownOf(state)])
          if (foresight.has(state, event)) this.#flag(local.row(state, event), isForeseen);
      this.#analyse(this.#siteOf([...new Set(states.map((state) => quotient.of(state)))], messages));
    }
  }

  /** Whether a row is of a step that was foreseen. */
  foresees(row: number): boolean {
    return row < this.flags.length && (this.flags.data[row]! & isForeseen) !== 0;
  }

  /**
   * Takes no step alone whose renamed step is not: a run from one state of an orbit to another one of it, all of steps
   * taken alone, would go on for ever in as many steps of their own, if these were alone too, and they never go round.
   */
  keepSymmetric(symmetry: Symmetry): void {
    const local = this.#local;
    const isAlone = Uint8Array.from(this.flags.data.subarray(0, this.flags.length), (flags) =>
      flags & isFirst ? 1 : 0,
    );
    for (const [row, alone] of isAlone.entries()) {
      if (alone === 0) continue;
      const images = symmetry.imagesOf(local.rowState.at(row), local.rowEvent.at(row));
      const areAll = images.every(([state, event]) => isAlone[local.knownRow(state, event)] === 1);
      if (!areAll) this.flags.data[row]! &= ~isFirst;
    }
  }

  #analyse(site: Site): void {
    const candidates = new Set(site.messages);
    for (const own of site.own) for (const event of own) if (this.#local.cost.at(event) === 0) candidates.add(event);
    const alone: Alone[] = [];
    for (const event of candidates) {
      const row = (place: number): number => this.#local.row(site.states[place]!, event);
      const isMessage = site.messages.has(event);
      const mayBeAlone = this.#scope.isAloneAllowed && !(this.#scope.meddles && isMessage);
      if (mayBeAlone) this.#findAlone(site, event, alone);
      if (this.#isOrdered || !isMessage) continue;
      const dead = this.#greatest(site, event, (place) => this.#doesNothing(site.states[place]!, row(place)));
      for (const place of dead) this.#flag(row(place), isDead);
    }
    this.#keepAcyclic(site, alone);
  }

  #findAlone(site: Site, event: number, alone: Alone[]): void {
    for (const place of this.#greatest(site, event, (each) => this.#commutesAt(site, each, event))) {
      const row = this.#local.row(site.states[place]!, event);
      const to = this.#placeAfter(site, this.#local.rowFirst.at(row));
      if (to === undefined) continue;
      if (to !== place || this.#onlyVanishes(site, event, row)) alone.push({ from: place, to, row });
      this.#lift(site, place, to, event);
    }
  }

  /** What may come after a step that is taken alone may come before it too, and is to be compared. */
  #lift({ states, events, own }: Site, place: number, to: number, event: number): void {
    for (const other of events[to]!.keys()) {
      if (other === event || events[place]!.has(other)) continue;
      if (!this.#foresight.has(states[to]!, other)) continue;
      const isMessage = !own[to]!.has(other);
      if (isMessage) this.lifted.push([states[place]!, other]);
    }
  }

  #placeAfter({ placeOf }: Site, outcome: number): number | undefined {
    return placeOf.get(this.#quotient.of(this.#local.to.at(outcome)));
  }

  /** A step that changes nothing but that a message is gone: there are only so many messages. */
  #onlyVanishes({ messages }: Site, event: number, row: number): boolean {
    return !this.#isSet && messages.has(event) && this.#local.sendsCount.at(this.#local.rowFirst.at(row)) === 0;
  }

  /** Steps within a component might go round, each time before something else. They are not taken alone. */
  #keepAcyclic({ states }: Site, alone: readonly Alone[]): void {
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
    while (this.flags.length <= row) this.flags.push(0);
    this.flags.data[row]! |= flag;
  }

  /** The places where an event may come at which something holds, and goes on holding whatever comes but the event. */
  #greatest(site: Site, event: number, holdsAt: (place: number) => boolean): readonly number[] {
    const holds = new Map<number, boolean>();
    const open: number[] = [];
    const lost: number[] = [];
    for (const [place, events] of site.events.entries()) if (events.has(event)) open.push(place);
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (holds.has(place)) continue;
      const does = holdsAt(place);
      const after = does ? this.#placesAfter(site, place, event) : null;
      holds.set(place, after !== null);
      if (after === null) lost.push(place);
      else open.push(...after);
    }
    for (let place = lost.pop(); place !== undefined; place = lost.pop())
      for (const before of site.from[place]!) {
        if (before.event === event || holds.get(before.place) !== true) continue;
        holds.set(before.place, false);
        lost.push(before.place);
      }
    return [...holds].flatMap(([place, does]) => (does ? [place] : []));
  }

  /** Where every event but one leads to; null where that is not foreseen. */
  #placesAfter(site: Site, place: number, event: number): readonly number[] | null {
    const { rowFirst, rowCount } = this.#local;
    const after: number[] = [];
    for (const [other, row] of site.events[place]!) {
      if (other === event) continue;
      for (let outcome = rowFirst.at(row); outcome < rowFirst.at(row) + rowCount.at(row); outcome++) {
        const to = this.#placeAfter(site, outcome);
        if (to === undefined) return null;
        after.push(to);
      }
    }
    return after;
  }

  #doesNothing(state: number, row: number): boolean {
    const { rowFirst, rowCount, to, sendsCount, observed, thrown } = this.#local;
    // A process that is busy takes no message just now; what it will do with this one the next local state says.
    if (rowCount.at(row) === 0) return true;
    const at = rowFirst.at(row);
    const isNothing = this.#quotient.of(to.at(at)) === state && sendsCount.at(at) === 0;
    return rowCount.at(row) === 1 && isNothing && observed.at(at) === 0 && thrown.at(at) === 0;
  }

  /** The one outcome of a step that could be first; -1 for none. */
  #quietOutcome({ states, own, messages }: Site, place: number, event: number): number {
    const { rowFirst, rowCount, observed, thrown } = this.#local;
    if (!(own[place]!.has(event) || messages.has(event))) return -1;
    // What nobody has met is not worth running the protocol for: it counts as if it did not commute.
    const row = this.#local.knownRow(states[place]!, event);
    if (row < 0) return -1;
    const outcome = rowFirst.at(row);
    const isOne = rowCount.at(row) === 1;
    return isOne && observed.at(outcome) === 0 && thrown.at(outcome) === 0 ? outcome : -1;
  }

  #commutesAt(site: Site, place: number, event: number): boolean {
    const quiet = this.#quietOutcome(site, place, event);
    const then = quiet < 0 ? undefined : this.#placeAfter(site, quiet);
    if (then === undefined) return false;
    for (const [other, row] of site.events[place]!) {
      if (other === event) continue;
      // What is not compared any more counts as if it did not commute.
      if (++this.#comparisons > comparisonsMax) return false;
      if (!this.#commute(site, { quiet, then, event }, other, row)) return false;
    }
    return true;
  }

  /** Whether an event leads to the same before and after a quiet step. */
  #commute(site: Site, step: Quiet, other: number, row: number): boolean {
    const local = this.#local;
    const count = local.rowCount.at(row);
    if (count === 0) return true;
    if (!(site.own[step.then]!.has(other) || site.messages.has(other))) return false;
    const after = local.knownRow(site.states[step.then]!, other);
    if (after < 0 || local.rowCount.at(after) !== count) return false;
    for (let at = 0; at < count; at++)
      if (!this.#meet(site, step, local.rowFirst.at(row) + at, local.rowFirst.at(after) + at)) return false;
    return true;
  }

  /** The quiet step and then `late`, or `early` and then the quiet step: the same state, and the same sent. */
  #meet(site: Site, { quiet, event }: Quiet, early: number, late: number): boolean {
    const local = this.#local;
    if (local.observed.at(early) !== local.observed.at(late)) return false;
    if (local.thrown.at(early) !== 0 || local.thrown.at(late) !== 0)
      return local.thrown.at(early) !== 0 && local.thrown.at(late) !== 0;
    const between = this.#placeAfter(site, early);
    const last = between === undefined ? -1 : this.#quietOutcome(site, between, event);
    if (last < 0 || this.#quotient.of(local.to.at(last)) !== this.#quotient.of(local.to.at(late))) return false;
    const [first, second] = [this.#sentBy(quiet), this.#sentBy(late)];
    const [third, fourth] = [this.#sentBy(early), this.#sentBy(last)];
    // On links that keep the order it must be the same one too.
    if (this.#isOrdered) return first.length + fourth.length === 0 && areEqual(second, third);
    return areEqual([...first, ...second].sort(ascending), [...third, ...fourth].sort(ascending));
  }

  #siteOf(states: readonly number[], messages: readonly number[]): Site {
    const local = this.#local;
    const placeOf = new Map(states.map((state, place) => [state, place]));
    const own = states.map((state) => new Set(this.#foresight.ownOf(state)));
    const events = states.map(
      (state, place) =>
        new Map(
          [...this.#foresight.messagesIn(state), ...own[place]!].map((event) => [event, local.row(state, event)]),
        ),
    );
    const from = states.map((): { place: number; event: number }[] => []);
    const site = { states, placeOf, own, events, from, messages: new Set(messages) };
    for (const [place, each] of events.entries())
      for (const [event, row] of each) {
        const first = local.rowFirst.at(row);
        for (let outcome = first; outcome < first + local.rowCount.at(row); outcome++) {
          const to = this.#placeAfter(site, outcome);
          if (to !== undefined && to !== place) from[to]!.push({ place, event });
        }
      }
    return site;
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
