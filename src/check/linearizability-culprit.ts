import { describe } from "../model/plain.ts";
import type { EndpointOrder } from "./endpoint-order.ts";
import { type Best, type Core, shownCore, smallerCore } from "./failing-core.ts";
import type { History, Operation } from "./history.ts";
import { Linearization, type LongestLinearization } from "./linearization.ts";
import { RegisterPart } from "./register-part.ts";
import { describeOperation, type Specification } from "./specification.ts";
import { noState, type Transitions } from "./transitions.ts";
import type { ZoneVerdict } from "./zones.ts";

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
  /**
   * The states that all operations which returned before `beginsAt` can have led to. What was open then is among the
   * operations that may have taken effect by then, or later, or never.
   */
  readonly before: readonly State[];
  /** The time of the call at which the sub-history begins, in milliseconds; the first call of all when it is short. */
  readonly beginsAt: number;
  /** The operation whose answer finds no place. */
  readonly misfit: Operation<Input, Output>;
  /** An order of `operations` that goes as far as any: from one of the states `before` to the state `after`. */
  readonly best: { readonly before: State; readonly order: readonly Operation<Input, Output>[]; readonly after: State };
  /**
   * Of the whole history (of this key), an order that explains all that returned before the misfit did; empty where
   * none was found in time.
   */
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
  /** Operations that contradict each other whatever else happened, where that is known. */
  readonly suspects?: readonly number[];
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
    const accused = this.#accused(whole);
    const begun = accused === undefined && whole.needed.length > shownWholeMax ? this.#begun(whole) : whole;
    const { core, minimal } = smallerCore(accused ?? begun, {
      kept: new Set([this.#misfit]),
      isReadOnly: (member) => this.#isReadOnly(member),
      fails: (some) => this.#fails(some),
      isSpent: () => this.#stepsLeft <= 0,
    });
    this.#stepsLeft = this.#violation.stepsMax;
    const { returned } = this.#violation.order;
    const shown = shownCore(
      core,
      (some) => this.#best(some),
      (member) => returned[member]! <= this.#endRank,
    );
    if (shown !== undefined) return this.#told(shown.core, minimal, shown.best, begun);
    const { order, state } = this.#violation.longest;
    return this.#told(whole, false, { start: whole.starts[0]!, order, state }, whole);
  }

  /** Everything called before the return that no order explains. What is open then need not have happened. */
  #whole(): Core {
    const { order, members, specification, transitions } = this.#violation;
    const called = members.filter((member) => order.invoked[member]! < this.#endRank);
    const needed = called.filter((member) => order.returned[member]! <= this.#endRank);
    const loose = called.filter((member) => order.returned[member]! > this.#endRank);
    return { starts: [transitions.stateOf(specification.init())], needed, loose };
  }

  /** The suspects alone, provided that they do not go together: nobody else can help, since each value was written once. */
  #accused({ starts, needed, loose }: Core): Core | undefined {
    if (this.#violation.suspects === undefined) return undefined;
    const suspects = new Set(this.#violation.suspects);
    const isSuspect = (member: number): boolean => suspects.has(member);
    const core = { starts, needed: needed.filter(isSuspect), loose: loose.filter(isSuspect) };
    return this.#fails(core) === true ? core : undefined;
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
    const told = this.#failsByValues(core);
    if (told !== undefined) return told;
    for (const start of core.starts) {
      const search = this.#search(core, start, Math.ceil(this.#violation.stepsMax * attemptShare));
      if (search === undefined || search.result === "found") return search === undefined ? undefined : false;
    }
    return true;
  }

  /** Whether a core that begins with nothing written has no order, by who read from whom, where values tell. */
  #failsByValues(core: Core): boolean | undefined {
    const decided = this.#decideByValues(core, this.#endRank);
    return decided === undefined || decided.kind === "undecided" ? undefined : decided.kind === "violated";
  }

  #decideByValues({ starts, needed, loose }: Core, endRank: number): ZoneVerdict | undefined {
    const { order, specification, transitions } = this.#violation;
    if (this.#violation.suspects === undefined || starts.length !== 1) return undefined;
    if (starts[0] !== transitions.stateOf(specification.init())) return undefined;
    const members = [...needed, ...loose].sort((a, b) => a - b);
    this.#stepsLeft -= members.length;
    if (this.#stepsLeft <= 0) return undefined;
    return RegisterPart.of(order, specification, members)?.decide(endRank, { loose: new Set(loose) });
  }

  /** The order of a core up to the return that breaks it. */
  #bestByValues(core: Core): Best | undefined {
    if (this.#failsByValues(core) !== true) return undefined;
    const decided = this.#decideByValues(core, this.#endRank - 1);
    if (decided?.kind !== "holds" || decided.order.includes(this.#misfit)) return undefined;
    const { order, transitions } = this.#violation;
    let state = core.starts[0]!;
    for (const member of decided.order) {
      const { input, output, returnedAt } = order.operations[member]!;
      state = transitions.next(state, transitions.actionOf(input, returnedAt === undefined ? undefined : output));
      if (state === noState) return undefined;
    }
    return { start: core.starts[0]!, order: decided.order, state };
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

  #isReadOnly(member: number): boolean {
    const { input, output } = this.#violation.order.operations[member]!;
    const { transitions } = this.#violation;
    return transitions.readOnly(transitions.actionOf(input, output));
  }

  /** The order that goes as far as any, from any state that a core can begin in. */
  #best(core: Core): Best | undefined {
    const told = this.#bestByValues(core);
    if (told !== undefined) return told;
    let best: Best | undefined;
    for (const start of core.starts) {
      const longest = this.#search(core, start, this.#stepsLeft)?.longest();
      if (longest === undefined) return undefined;
      if (best === undefined || longest.order.length > best.order.length) {
        best = { start, order: longest.order, state: longest.state };
      }
    }
    return best;
  }

  #told({ starts, needed }: Core, minimal: boolean, best: Best, begun: Core): Culprit<State, Input, Output> {
    const { order, transitions, specification, key } = this.#violation;
    const at = (member: number): Operation<Input, Output> => order.operations[member]!;
    const told = {
      operations: [...new Set([...needed, ...best.order])].sort((a, b) => a - b).map(at),
      minimal,
      before: starts.map((id) => transitions.state(id)),
      beginsAt: at(Math.min(...begun.needed)).invokedAt,
      misfit: at(this.#misfit),
      best: { before: transitions.state(best.start), order: best.order.map(at), after: transitions.state(best.state) },
      longestPrefix: this.#violation.longest.order.map(at),
    };
    return { ...(key === undefined ? {} : { key }), ...told, sentence: sentenceOf(specification, told) };
  }
}

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
