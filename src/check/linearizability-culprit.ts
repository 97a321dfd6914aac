import { describe } from "../model/plain.ts";
import type { EndpointOrder } from "./endpoint-order.ts";
import type { History, Operation } from "./history.ts";
import { Linearization, type LongestLinearization } from "./linearization.ts";
import { shedWhileFailing } from "./shed.ts";
import { describeOperation, type Specification } from "./specification.ts";
import type { Transitions } from "./transitions.ts";

/** Why a history is not linearizable, small enough to look at. */
export interface Culprit<State, Input, Output> {
  /** The key at fault, where the specification has keys. */
  readonly key?: string | number;
  /**
   * The sub-history at fault, in the order of invocation: whichever of the states `before` it begins in, no order
   * explains these operations up to the return of the misfit, and no other operation can help, whenever it takes effect.
   */
  readonly operations: History<Input, Output>;
  /** Whether every way to make do with fewer operations was ruled out, within the same beginning. */
  readonly minimal: boolean;
  /** The states that the object can be in when the first of `operations` is invoked, by all that came before. */
  readonly before: readonly State[];
  /** The operation whose answer finds no place. */
  readonly misfit: Operation<Input, Output>;
  /** An order of `operations` that goes as far as any: from one of the states `before` to the state `after`. */
  readonly best: { readonly before: State; readonly order: readonly Operation<Input, Output>[]; readonly after: State };
  /** Of the whole history (of this key), an order that explains all that returned before the misfit did. */
  readonly longestPrefix: readonly Operation<Input, Output>[];
  /** All of it in one sentence. */
  readonly sentence: string;
}

/** A failed search, to be explained. Operations are numbers in `order`. */
export interface Violation<State, Input, Output> {
  readonly specification: Specification<State, Input, Output>;
  readonly transitions: Transitions<State, Input, Output>;
  readonly order: EndpointOrder<Input, Output>;
  readonly key: string | number | undefined;
  readonly members: readonly number[];
  /** The order that explains the most returns. */
  readonly longest: LongestLinearization;
  /** Steps that may be spent on making the culprit small. */
  readonly stepsMax: number;
}

/** Histories up to this size are shown from their beginning, where a reader looks for it. */
const shownWholeMax = 24;
/** One attempt at leaving something out may take this share of all steps. */
const attemptShare = 1 / 20;
/** Moments that are tried as the beginning: each `beginningFactor` times as far back as the one before. */
const beginningsMax = 4;
const beginningFactor = 8;
/** More possible states than this explain nothing. */
const statesMax = 8;
/** More writes than this are not tried one by one. */
const loosenedMax = 64;

interface Core {
  /** The states that it can begin in. */
  readonly starts: readonly number[];
  /** What must be explained. */
  readonly needed: readonly number[];
  /** What may take effect at any time after its call, or never; if it does, with the answer it gave. */
  readonly loose: readonly number[];
}

interface Best {
  readonly start: number;
  readonly longest: LongestLinearization;
}

class Explanation<State, Input, Output> {
  readonly #violation: Violation<State, Input, Output>;
  readonly #misfit: number;
  readonly #endRank: number;
  #stepsLeft: number;

  constructor(violation: Violation<State, Input, Output>) {
    this.#violation = violation;
    this.#misfit = violation.longest.misfit as number;
    this.#endRank = violation.order.returned[this.#misfit]!;
    this.#stepsLeft = violation.stepsMax;
  }

  culprit(): Culprit<State, Input, Output> {
    const whole = this.#whole();
    const begun = whole.needed.length > shownWholeMax ? this.#begun(whole) : whole;
    const { core, minimal } = this.#smaller(begun);
    const asFound = { start: whole.starts[0]!, longest: this.#violation.longest };
    return this.#shown(core, minimal) ?? this.#told(whole, false, asFound);
  }

  /** Everything called before the return that no order explains. What is open then need not have happened. */
  #whole(): Core {
    const { order, members, specification, transitions } = this.#violation;
    const called = members.filter((member) => order.invoked[member]! < this.#endRank);
    const needed = called.filter((member) => order.returned[member]! <= this.#endRank);
    const loose = called.filter((member) => order.returned[member]! > this.#endRank);
    return { starts: [transitions.stateOf(specification.init())], needed, loose };
  }

  /** A search over a core from one of its states, run; `undefined` when it is not decided within the steps. */
  #search(
    { needed, loose }: Core,
    start: number,
    steps: number,
    finalStates?: Set<number>,
  ): Linearization<State, Input, Output> | undefined {
    const members = [...needed, ...loose].sort((a, b) => a - b);
    // Preparing a search costs as much as some steps for each operation.
    this.#stepsLeft -= members.length;
    if (this.#stepsLeft <= 0) return undefined;
    const selection = { start, members, loose: new Set(loose), endRank: this.#endRank };
    const { order, transitions } = this.#violation;
    const search = new Linearization(order, transitions, selection, finalStates);
    search.run(Math.min(this.#stepsLeft, steps));
    this.#stepsLeft -= search.steps;
    return search.result === "open" ? undefined : search;
  }

  #fails(core: Core): boolean | undefined {
    for (const start of core.starts) {
      const search = this.#search(core, start, Math.ceil(this.#violation.stepsMax * attemptShare));
      if (search === undefined || search.result === "found") return search === undefined ? undefined : false;
    }
    return true;
  }

  /** Begins late: at a call where few states are possible, provided that the rest fails from each of them. */
  #begun(core: Core): Core {
    const last = core.needed.indexOf(this.#misfit);
    for (let back = 0, tried = 0; back <= last && tried < beginningsMax; tried++) {
      const rest = this.#restFrom(core, core.needed[last - back]!);
      if (rest !== undefined && this.#fails(rest) === true) return rest;
      back = Math.max(1, back * beginningFactor);
    }
    return core;
  }

  /** What is left of a core when it begins at the call of an operation. What is open then may have happened or not. */
  #restFrom({ starts, needed, loose }: Core, first: number): Core | undefined {
    const { invoked, returned } = this.#violation.order;
    const rank = invoked[first]!;
    const open = needed.filter((member) => invoked[member]! < rank && returned[member]! > rank);
    const before = {
      starts,
      needed: needed.filter((member) => returned[member]! < rank),
      loose: [...open, ...loose.filter((member) => invoked[member]! < rank)],
    };
    const states = new Set<number>();
    if (this.#search(before, starts[0]!, Math.ceil(this.#stepsLeft / 2), states) === undefined) return undefined;
    if (states.size > statesMax) return undefined;
    return {
      starts: [...states],
      needed: needed.filter((member) => invoked[member]! >= rank),
      loose: [...open, ...loose],
    };
  }

  /** Leaves out reads, then loosens writes, as long as the rest fails: neither makes a history harder to explain. */
  #smaller(core: Core): { readonly core: Core; readonly minimal: boolean } {
    const others = core.needed.filter((member) => member !== this.#misfit);
    const reads = others.filter((member) => this.#isReadOnly(member));
    const { shed, complete } = shedWhileFailing(reads, (some) => this.#fails(without(core, some)));
    const fewer = without(core, shed);
    const writes = others.filter((member) => !this.#isReadOnly(member));
    if (writes.length > loosenedMax) return { core: fewer, minimal: false };
    const loosened = shedWhileFailing(writes, (some) => this.#fails(loosen(fewer, some)));
    return { core: loosen(fewer, loosened.shed), minimal: complete && loosened.complete };
  }

  #isReadOnly(member: number): boolean {
    const { input, output } = this.#violation.order.operations[member]!;
    const { transitions } = this.#violation;
    return transitions.readOnly(transitions.actionOf(input, output));
  }

  /**
   * Shows, beside what is needed, what the best order uses: a read is told with the write it read from. What is shown
   * keeps its time; then the best order may use something else, which is shown too.
   */
  #shown(core: Core, minimal: boolean): Culprit<State, Input, Output> | undefined {
    const { returned } = this.#violation.order;
    this.#stepsLeft = this.#violation.stepsMax;
    for (let shown = core; ; ) {
      const best = this.#best(shown);
      if (best === undefined) return undefined;
      const used = new Set(best.longest.order.filter((member) => shown.loose.includes(member)));
      const timely = [...used].filter((member) => returned[member]! <= this.#endRank);
      if (timely.length === 0) return this.#told(shown, minimal, best);
      const loose = shown.loose.filter((member) => !timely.includes(member));
      shown = { starts: shown.starts, needed: [...shown.needed, ...timely], loose };
    }
  }

  /** The order that goes as far as any, from any state that a core can begin in. */
  #best(core: Core): Best | undefined {
    let best: Best | undefined;
    for (const start of core.starts) {
      const longest = this.#search(core, start, this.#stepsLeft)?.longest();
      if (longest === undefined) return undefined;
      if (best === undefined || longest.order.length > best.longest.order.length) best = { start, longest };
    }
    return best;
  }

  #told({ starts, needed }: Core, minimal: boolean, { start, longest }: Best): Culprit<State, Input, Output> {
    const { order, transitions, specification, key } = this.#violation;
    const at = (member: number): Operation<Input, Output> => order.operations[member]!;
    const told = {
      operations: [...new Set([...needed, ...longest.order])].sort((a, b) => a - b).map(at),
      minimal,
      before: starts.map((id) => transitions.state(id)),
      misfit: at(this.#misfit),
      best: { before: transitions.state(start), order: longest.order.map(at), after: transitions.state(longest.state) },
      longestPrefix: this.#violation.longest.order.map(at),
    };
    return { ...(key === undefined ? {} : { key }), ...told, sentence: sentenceOf(specification, told) };
  }
}

const without = ({ starts, needed, loose }: Core, shed: ReadonlySet<number>): Core => ({
  starts,
  needed: needed.filter((member) => !shed.has(member)),
  loose,
});

const loosen = ({ starts, needed, loose }: Core, some: ReadonlySet<number>): Core => ({
  starts,
  needed: needed.filter((member) => !some.has(member)),
  loose: [...loose, ...some],
});

const namedMax = 6;

const sentenceOf = <State, Input, Output>(
  specification: Specification<State, Input, Output>,
  { operations, before, misfit, best }: Omit<Culprit<State, Input, Output>, "sentence">,
): string => {
  const named = (operation: Operation<Input, Output>): string => describeOperation(specification, operation);
  const subject = `${named(misfit)} of process ${misfit.process} finds no place`;
  if (best.order.length === 0) {
    const states = before.map((state) => describe(state)).join(" or ");
    return `${subject}: the ${specification.name} holds ${states}, and nothing called before it returned makes it right`;
  }
  const last = best.order.slice(-namedMax).map(named).join(", then ");
  const order = best.order.length > namedMax ? `…, ${last}` : last;
  return (
    `${subject}, in no order of these ${operations.length} operations: ` +
    `at best, after ${order}, the ${specification.name} holds ${describe(best.after)}`
  );
};

/** Makes a failed search small and puts it into words. */
export const explainViolation = <State, Input, Output>(
  violation: Violation<State, Input, Output>,
): Culprit<State, Input, Output> => new Explanation(violation).culprit();
