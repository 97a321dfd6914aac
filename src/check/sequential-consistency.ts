import { describe } from "../model/plain.ts";
import { type EndpointOrder, endpointOrder, never } from "./endpoint-order.ts";
import { type Best, type Core, shedWhileFailing, shownCore, smallerCore, without } from "./failing-core.ts";
import type { History, Operation } from "./history.ts";
import type { CheckLimits } from "./linearizability.ts";
import { OrderSearch } from "./order-search.ts";
import { ProgramOrder } from "./program-order.ts";
import { describeOperation, type Specification } from "./specification.ts";
import { Transitions } from "./transitions.ts";

/** Why a history is not sequentially consistent. */
export interface SequentialCulprit<State, Input, Output> {
  /** The sub-history at fault: no order of these operations keeps program order and is explained. */
  readonly operations: History<Input, Output>;
  /** Whether every way to make do with fewer operations was ruled out. */
  readonly minimal: boolean;
  /** An order of `operations` that goes as far as any, from the first state to the state `after`. */
  readonly best: { readonly order: readonly Operation<Input, Output>[]; readonly after: State };
  /** After the best order, what comes next in each process; none of these is legal in the state `after`. */
  readonly blocked: readonly Operation<Input, Output>[];
  readonly sentence: string;
}

/** The verdict on one history; `holds` and `violated` are exact. */
export type SequentialVerdict<State, Input, Output> =
  | { readonly verdict: "holds"; readonly witness: readonly Operation<Input, Output>[]; readonly steps: number }
  | { readonly verdict: "violated"; readonly culprit: SequentialCulprit<State, Input, Output>; readonly steps: number }
  | { readonly verdict: "unknown"; readonly reason: string; readonly steps: number };

const explainStepsMin = 200_000;
const attemptShare = 1 / 20;
const turnSteps = 262_144;

interface Found<State, Input, Output> {
  readonly search: OrderSearch<State, Input, Output>;
  readonly programOrder: ProgramOrder;
  /** By operation of the search: its number. */
  readonly numbers: readonly number[];
}

class Check<State, Input, Output> {
  readonly #order: EndpointOrder<Input, Output>;
  readonly #specification: Specification<State, Input, Output>;
  readonly #transitions: Transitions<State, Input, Output>;
  readonly #actions: readonly number[];
  readonly #start: number;
  #stepsLeft = 0;
  #attemptSteps = 0;

  constructor(history: History<Input, Output>, specification: Specification<State, Input, Output>) {
    this.#order = endpointOrder(history);
    this.#specification = specification;
    this.#transitions = new Transitions(specification);
    this.#start = this.#transitions.stateOf(specification.init());
    this.#actions = this.#order.operations.map(({ input, output, returnedAt }) =>
      this.#transitions.actionOf(input, returnedAt === undefined ? undefined : output),
    );
  }

  verdict({
    stepsMax = 10_000_000,
    bytesMax = 512 * 1024 * 1024,
    explainStepsMax,
    expired = () => false,
  }: CheckLimits): SequentialVerdict<State, Input, Output> {
    const whole = this.#whole();
    const { search, numbers } = this.#prepare(whole);
    let isLate = false;
    const bytes = (): number => search.bytes + this.#transitions.bytes;
    while (search.result === "open" && search.steps < stepsMax && bytes() <= bytesMax && !isLate) {
      search.run(Math.min(turnSteps, stepsMax - search.steps));
      isLate = expired();
    }
    const { steps } = search;
    if (search.result === "open") {
      const limit = isLate ? "the time" : steps >= stepsMax ? `${stepsMax} steps` : `${bytesMax} bytes`;
      const reason = `${limit} did not suffice to decide ${this.#order.operations.length} operations`;
      return { verdict: "unknown", reason, steps };
    }
    if (search.result === "found") {
      const witness = search.longest().order.map((at) => this.#order.operations[numbers[at]!]!);
      return { verdict: "holds", witness, steps };
    }
    this.#attemptSteps = explainStepsMax ?? Math.max(explainStepsMin, 2 * steps);
    return { verdict: "violated", culprit: this.#culprit(whole), steps };
  }

  #whole(): Core {
    const all = [...this.#order.operations.keys()];
    const isDetermined = (member: number): boolean => this.#order.returned[member] !== never;
    return {
      starts: [this.#start],
      needed: all.filter(isDetermined),
      loose: all.filter((member) => !isDetermined(member)),
    };
  }

  #isReadOnly(member: number): boolean {
    return this.#transitions.readOnly(this.#actions[member]!);
  }

  #prepare({ needed, loose }: Core): Found<State, Input, Output> {
    const useful = loose.filter((member) => !this.#isReadOnly(member));
    const numbers = [...needed, ...useful].sort((a, b) => a - b);
    const must = new Set(needed);
    const determined = Uint8Array.from(numbers, (member) => (must.has(member) ? 1 : 0));
    const action = Int32Array.from(numbers, (member) => this.#actions[member]!);
    const operations = numbers.map((member) => this.#order.operations[member]!);
    const programOrder = new ProgramOrder(operations, determined, action);
    const problem = { start: this.#start, action, determined };
    return { search: new OrderSearch(this.#transitions, problem, programOrder), programOrder, numbers };
  }

  /** A search, run; `undefined` when it is not decided within the steps. */
  #search(core: Core, steps: number): Found<State, Input, Output> | undefined {
    this.#stepsLeft -= core.needed.length + core.loose.length;
    if (this.#stepsLeft <= 0) return undefined;
    const found = this.#prepare(core);
    found.search.run(Math.min(this.#stepsLeft, steps));
    this.#stepsLeft -= found.search.steps;
    return found.search.result === "open" ? undefined : found;
  }

  #fails(core: Core): boolean | undefined {
    const found = this.#search(core, Math.ceil(this.#attemptSteps * attemptShare));
    return found === undefined ? undefined : found.search.result === "exhausted";
  }

  #culprit(whole: Core): SequentialCulprit<State, Input, Output> {
    this.#stepsLeft = this.#attemptSteps;
    const fails = (core: Core): boolean | undefined => this.#fails(core);
    const { core, minimal } = smallerCore(this.#fewerKeys(whole), {
      kept: new Set(),
      isReadOnly: (member) => this.#isReadOnly(member),
      fails,
    });
    this.#stepsLeft = this.#attemptSteps;
    const isDetermined = (member: number): boolean => this.#order.returned[member] !== never;
    const shown = shownCore(core, (some) => this.#best(some), isDetermined);
    return this.#told(shown?.core ?? whole, shown !== undefined && minimal);
  }

  /** A sequentially consistent history is so on any of its keys: keys without which it fails are not at fault. */
  #fewerKeys(core: Core): Core {
    const { keyOf } = this.#specification;
    if (keyOf === undefined) return core;
    const keys = this.#order.operations.map(({ input }) => keyOf(input));
    const distinct = [...new Set(keys)];
    const membersOf = (some: ReadonlySet<number>): ReadonlySet<number> =>
      new Set([...keys.keys()].filter((member) => some.has(distinct.indexOf(keys[member]!))));
    const { shed } = shedWhileFailing([...distinct.keys()], (some) => this.#fails(without(core, membersOf(some))));
    return without(core, membersOf(shed));
  }

  #best(core: Core): Best | undefined {
    const found = this.#search(core, this.#stepsLeft);
    if (found === undefined) return undefined;
    const { order, state } = found.search.longest();
    return { start: this.#start, order: order.map((at) => found.numbers[at]!), state };
  }

  /** The search of a core that is known to fail is run again, for what comes next where the best order ends. */
  #told(core: Core, minimal: boolean): SequentialCulprit<State, Input, Output> {
    const { search, programOrder, numbers } = this.#prepare(core);
    while (search.result === "open") search.run(turnSteps);
    const { order, state, configuration } = search.longest();
    const at = (operation: number): Operation<Input, Output> => this.#order.operations[numbers[operation]!]!;
    const used = order.map((operation) => numbers[operation]!);
    const told = {
      operations: [...new Set([...core.needed, ...used])].sort((a, b) => a - b).map((n) => this.#order.operations[n]!),
      minimal,
      best: { order: order.map(at), after: this.#transitions.state(state) },
      blocked: programOrder.next(configuration).map(at),
    };
    return { ...told, sentence: sentenceOf(this.#specification, told) };
  }
}

const namedMax = 6;

const sentenceOf = <State, Input, Output>(
  specification: Specification<State, Input, Output>,
  { best, blocked }: Omit<SequentialCulprit<State, Input, Output>, "sentence">,
): string => {
  const named = (operation: Operation<Input, Output>): string => describeOperation(specification, operation);
  const next = blocked.map((operation) => `${named(operation)} of process ${operation.process}`).join(" and ");
  const order = best.order.slice(-namedMax).map(named).join(", then ");
  const from = order === "" ? "at once" : `at best after ${best.order.length > namedMax ? "…, " : ""}${order}`;
  return `no order keeps every process's own: ${from}, the ${specification.name} holds ${describe(best.after)}, and ${next} cannot come next`;
};

/**
 * Whether some order of all operations keeps the order of each process and is explained by the specification (Lamport
 * 1979). Real time between processes does not matter, and keys cannot be checked one by one: sequential consistency is
 * not local. Indeterminate operations may take effect at any place after what their process did before, or never.
 *
 * Throws `HistoryError` when a process has two completed operations open at once.
 */
export const checkSequentialConsistency = <State, Input, Output>(
  history: History<Input, Output>,
  specification: Specification<State, Input, Output>,
  limits: CheckLimits = {},
): SequentialVerdict<State, Input, Output> => new Check(history, specification).verdict(limits);
