import { type EndpointOrder, endpointOrder } from "./endpoint-order.ts";
import type { History, Operation } from "./history.ts";
import { type Culprit, explainViolation } from "./linearizability-culprit.ts";
import { Linearization, type LongestLinearization } from "./linearization.ts";
import { RegisterPart, type RegisterViolation } from "./register-part.ts";
import { illegal, type Specification, SpecificationError } from "./specification.ts";
import { Transitions } from "./transitions.ts";

/** Limits of a check. */
export interface CheckLimits {
  /** Steps of the search in all (placements tried, about); 10 million by default, some seconds. */
  readonly stepsMax?: number;
  /** Memory for visited configurations in all, in bytes; 512 MiB by default. */
  readonly bytesMax?: number;
  /**
   * Further steps for making a culprit small, 0 leaves it as found. By default 200,000, or twice the steps of the check
   * where that is more.
   */
  readonly explainStepsMax?: number;
  /** Asked between turns (some tenths of a second at most): true ends the check as unknown. The host has the clock. */
  readonly expired?: () => boolean;
}

/** The verdict on one history. It is exact: `holds` and `violated` rest on an order and on its impossibility. */
export type LinearizabilityVerdict<State, Input, Output> =
  | {
      readonly verdict: "holds";
      /** The operations in an order in which they can have taken effect; indeterminate ones that need not are absent. */
      readonly witness: readonly Operation<Input, Output>[];
      readonly steps: number;
    }
  | { readonly verdict: "violated"; readonly culprit: Culprit<State, Input, Output>; readonly steps: number }
  | { readonly verdict: "unknown"; readonly reason: string; readonly steps: number };

/** One key's share of a history (or the whole of it) and the search over it. */
interface Part<State, Input, Output> {
  readonly key: string | number | undefined;
  /** Numbers of operations, in the order of invocation. */
  readonly members: number[];
  search: Linearization<State, Input, Output> | undefined;
  done: boolean;
  /** Known without a search, which then only looks for an earlier one. */
  violation: RegisterViolation | undefined;
}

const firstTurnSteps = 1_000;
const turnGrowth = 4;
/** Steps for an earlier violation than the one that is known. */
const earlierStepsMax = 200_000;
const explainStepsMin = 200_000;
/** Memory is looked at after each turn, so no turn may be long. */
const turnStepsMax = 262_144;

const partsOf = <State, Input, Output>(
  { operations }: EndpointOrder<Input, Output>,
  { keyOf }: Specification<State, Input, Output>,
): Part<State, Input, Output>[] => {
  const parts = new Map<string | number | undefined, Part<State, Input, Output>>();
  for (let at = 0; at < operations.length; at++) {
    const key = keyOf?.(operations[at]!.input);
    let part = parts.get(key);
    if (part === undefined) {
      part = { key, members: [], search: undefined, done: false, violation: undefined };
      parts.set(key, part);
    }
    part.members.push(at);
  }
  return [...parts.values()];
};

/**
 * Puts the orders of the parts together into one. Each operation takes effect at the latest call among those before it
 * in its part's order, which lies between its own call and return; sorted by these moments, all parts' operations
 * respect the order of real time (Herlihy and Wing 1990, theorem 1: linearizability is local).
 */
const mergedWitness = <Input, Output>(
  order: EndpointOrder<Input, Output>,
  witnesses: readonly (readonly number[])[],
): readonly Operation<Input, Output>[] => {
  const moments: { readonly moment: number; readonly operation: number }[] = [];
  for (const witness of witnesses) {
    let moment = -1;
    for (const operation of witness) {
      moment = Math.max(moment, order.invoked[operation]!);
      moments.push({ moment, operation });
    }
  }
  // The sort is stable, and no two parts share a moment.
  moments.sort((a, b) => a.moment - b.moment);
  return moments.map(({ operation }) => order.operations[operation]!);
};

interface Limits {
  readonly stepsMax: number;
  readonly bytesMax: number;
  readonly explainStepsMax: number | undefined;
  readonly expired: () => boolean;
}

/** Runs the searches in turns, so that one key that is hard does not keep an illegal key from being found. */
class Check<State, Input, Output> {
  readonly #order: EndpointOrder<Input, Output>;
  readonly #specification: Specification<State, Input, Output>;
  readonly #limits: Limits;
  readonly #transitions: Transitions<State, Input, Output>;
  readonly #parts: readonly Part<State, Input, Output>[];
  readonly #witnesses: (readonly number[])[] = [];
  #steps = 0;

  constructor(history: History<Input, Output>, specification: Specification<State, Input, Output>, limits: Limits) {
    this.#order = endpointOrder(history);
    this.#specification = specification;
    this.#limits = limits;
    this.#transitions = new Transitions(specification);
    this.#parts = partsOf(this.#order, specification);
  }

  verdict(): LinearizabilityVerdict<State, Input, Output> {
    let open = this.#parts;
    for (let turn = firstTurnSteps; open.length > 0; turn = Math.min(turn * turnGrowth, turnStepsMax)) {
      for (const part of open) {
        const outcome = this.#take(part, turn);
        if (outcome !== undefined) return outcome;
        if (this.#limits.expired())
          return this.#unknown(
            "the time did not suffice",
            open.filter(({ done }) => !done),
          );
      }
      open = open.filter(({ done }) => !done);
      if (open.length > 0 && this.#steps >= this.#limits.stepsMax) {
        return this.#unknown(`${this.#limits.stepsMax} steps did not suffice`, open);
      }
      if (bytesOf(open) + this.#transitions.bytes > this.#limits.bytesMax) {
        return this.#unknown(`${this.#limits.bytesMax} bytes did not suffice`, open);
      }
    }
    return { verdict: "holds", witness: mergedWitness(this.#order, this.#witnesses), steps: this.#steps };
  }

  /** One turn of one part; a verdict when this part alone decides it. */
  #take(part: Part<State, Input, Output>, turn: number): LinearizabilityVerdict<State, Input, Output> | undefined {
    if (part.search === undefined) {
      const decided = this.#decide(part);
      if (decided !== undefined) return decided === "holds" ? undefined : decided;
    }
    const search = part.search ?? this.#start(part);
    const before = search.steps;
    search.run(Math.min(turn, this.#limits.stepsMax - this.#steps));
    this.#steps += search.steps - before;
    if (search.result === "exhausted") return this.#violated(part, search.longest());
    if (search.result === "found") this.#found(part, search.longest().order);
    // It is violated, known before the search: only for so long an earlier return is looked for that breaks it.
    if (part.violation !== undefined && search.steps > earlierStepsMax) return this.#violatedAs(part, part.violation);
    return undefined;
  }

  #found(part: Part<State, Input, Output>, order: readonly number[]): void {
    this.#witnesses.push(order);
    part.search = undefined;
    part.done = true;
  }

  /** Decides a part by who read from whom, where its values tell; it takes a step for each operation. */
  #decide(part: Part<State, Input, Output>): LinearizabilityVerdict<State, Input, Output> | "holds" | undefined {
    const register = RegisterPart.of(this.#order, this.#specification, part.members);
    const decided = register?.decide();
    if (register === undefined || decided === undefined || decided.kind === "undecided") return undefined;
    this.#steps += part.members.length;
    if (decided.kind === "holds") {
      this.#found(part, decided.order);
      return "holds";
    }
    part.violation = register.violation();
    return part.violation.isFirst ? this.#violatedAs(part, part.violation) : undefined;
  }

  #violatedAs(
    part: Part<State, Input, Output>,
    { misfit, order, suspects }: RegisterViolation,
  ): LinearizabilityVerdict<State, Input, Output> {
    return this.#violated(part, { order, state: this.#stateAfter(order), misfit }, suspects);
  }

  #stateAfter(order: readonly number[]): number {
    let state = this.#specification.init();
    for (const member of order) {
      const { input, output, returnedAt } = this.#order.operations[member]!;
      const after = this.#specification.step(state, input, returnedAt === undefined ? undefined : output);
      if (after === illegal)
        throw new SpecificationError(`${this.#specification.name}: its register view contradicts its steps`);
      state = after;
    }
    return this.#transitions.stateOf(state);
  }

  #start(part: Part<State, Input, Output>): Linearization<State, Input, Output> {
    part.search = new Linearization(this.#order, this.#transitions, {
      start: this.#transitions.stateOf(this.#specification.init()),
      members: part.members,
    });
    return part.search;
  }

  #violated(
    { key, members }: Part<State, Input, Output>,
    longest: LongestLinearization,
    suspects?: readonly number[],
  ): LinearizabilityVerdict<State, Input, Output> {
    const culprit = explainViolation({
      specification: this.#specification,
      transitions: this.#transitions,
      order: this.#order,
      key,
      members,
      longest,
      ...(suspects === undefined ? {} : { suspects }),
      stepsMax: this.#limits.explainStepsMax ?? Math.max(explainStepsMin, 2 * this.#steps),
    });
    return { verdict: "violated", culprit, steps: this.#steps };
  }

  #unknown(why: string, open: readonly Part<State, Input, Output>[]): LinearizabilityVerdict<State, Input, Output> {
    const violated = open.find(({ violation }) => violation !== undefined);
    if (violated?.violation !== undefined) return this.#violatedAs(violated, violated.violation);
    const named = open.slice(0, 5).map(({ key }) => (key === undefined ? "the whole history" : `key ${key}`));
    const more = open.length > named.length ? ` and ${open.length - named.length} more` : "";
    const reason = `${why} to decide ${named.join(", ")}${more} (${this.#order.operations.length} operations)`;
    return { verdict: "unknown", reason, steps: this.#steps };
  }
}

const bytesOf = (parts: readonly Part<never, never, never>[] | readonly Part<unknown, unknown, unknown>[]): number => {
  let bytes = 0;
  for (const { search } of parts) bytes += search?.bytes ?? 0;
  return bytes;
};

/**
 * Whether each operation can have taken effect at one moment between its call and its return, so that the specification
 * explains all answers (Herlihy and Wing 1990). Indeterminate operations may take effect at any moment after their
 * call, or never. Where the specification names keys, each key is decided on its own, in turns with growing budgets,
 * and the first illegal one ends the check.
 *
 * Throws `HistoryError` for a history that no run can have, `SpecificationError` for a specification that contradicts
 * itself.
 */
export const checkLinearizability = <State, Input, Output>(
  history: History<Input, Output>,
  specification: Specification<State, Input, Output>,
  { stepsMax = 10_000_000, bytesMax = 512 * 1024 * 1024, explainStepsMax, expired = () => false }: CheckLimits = {},
): LinearizabilityVerdict<State, Input, Output> =>
  new Check(history, specification, { stepsMax, bytesMax, explainStepsMax, expired }).verdict();
