import { type EndpointOrder, never } from "./endpoint-order.ts";
import type { RegisterAccess } from "./register-view.ts";
import type { Specification } from "./specification.ts";
import { decideByZones, type ZoneVerdict } from "./zones.ts";

/** How often a violation is looked for among what returned before the last one found; then the rest is halved. */
const leapsMax = 4;

const readOnlyKinds: ReadonlySet<string> = new Set(["read", "differs", "nothing"]);

/** What is known of a violation. Operations are numbers of the whole history. */
export interface RegisterViolation {
  /** The operation with whose return the history becomes illegal. */
  readonly misfit: number;
  /** An order that explains all that returned before, or all but the compare-and-sets that failed; or none. */
  readonly order: readonly number[];
  /** Whether the order explains them all. If not, one of those may have been illegal before the misfit. */
  readonly isFirst: boolean;
  /** Operations that contradict each other, the misfit among them. */
  readonly suspects: readonly number[];
}

/** What a decision may leave open. */
interface DecisionOptions {
  /** Operations that need not have taken effect, nor by their return. */
  readonly loose?: ReadonlySet<number>;
  /** Leaves out compare-and-sets that failed. */
  readonly ignoresFailed?: boolean;
}

/** Operations on one register, or on what is one at a key: decided by who read from whom. */
export class RegisterPart<Input, Output> {
  readonly #members: readonly number[];
  readonly #accesses: readonly RegisterAccess[];
  readonly #order: EndpointOrder<Input, Output>;
  readonly #initial: unknown;

  private constructor(
    order: EndpointOrder<Input, Output>,
    members: readonly number[],
    accesses: readonly RegisterAccess[],
    initial: unknown,
  ) {
    this.#order = order;
    this.#members = members;
    this.#accesses = accesses;
    this.#initial = initial;
  }

  /** `undefined` where the operations are not those of a register. */
  static of<State, Input, Output>(
    order: EndpointOrder<Input, Output>,
    { register }: Specification<State, Input, Output>,
    members: readonly number[],
  ): RegisterPart<Input, Output> | undefined {
    if (register === undefined) return undefined;
    const accesses: RegisterAccess[] = [];
    const key = members.length === 0 ? undefined : register.keyOf?.(order.operations[members[0]!]!.input);
    for (const member of members) {
      const { input, output } = order.operations[member]!;
      if (register.keyOf?.(input) !== key) return undefined;
      const isDetermined = order.returned[member] !== never;
      const access = register.access(input, isDetermined ? output : undefined);
      // Whether an update took effect whose answer was lost is not known; if nothing came back, it need not have.
      if (access === undefined || (access.kind === "update" && isDetermined && output === undefined)) return undefined;
      accesses.push(access);
    }
    return new RegisterPart(order, members, accesses, register.initial);
  }

  /** Decides what returned up to a rank; what returned later, or is loose, may have taken effect or not. */
  decide(endRank: number = never, { loose, ignoresFailed = false }: DecisionOptions = {}): ZoneVerdict {
    const { invoked, returned } = this.#order;
    const numbers: number[] = [];
    const accesses: RegisterAccess[] = [];
    const mustReturn = (member: number): boolean =>
      returned[member]! !== never && returned[member]! <= endRank && loose?.has(member) !== true;
    for (const [at, member] of this.#members.entries()) {
      const access = this.#accesses[at]!;
      const isNeeded = mustReturn(member);
      const isLeftOut = ignoresFailed ? access.kind === "differs" : false;
      if (invoked[member]! > endRank || isLeftOut || (!isNeeded && readOnlyKinds.has(access.kind))) continue;
      numbers.push(member);
      accesses.push(access);
    }
    const verdict = decideByZones(
      {
        accesses,
        invoked: Int32Array.from(numbers, (member) => invoked[member]!),
        returned: Int32Array.from(numbers, (member) => (mustReturn(member) ? returned[member]! : never)),
      },
      this.#initial,
    );
    const told = (few: readonly number[]): readonly number[] => few.map((at) => numbers[at]!);
    if (verdict.kind === "holds") return { kind: "holds", order: told(verdict.order) };
    return verdict.kind === "violated" ? { kind: "violated", suspects: told(verdict.suspects) } : verdict;
  }

  /** Of a history that is violated: the first return that makes it so. */
  violation(): RegisterViolation {
    const { returned, byReturn } = this.#order;
    let found = this.#suspectsAt(never);
    // Operations that contradict each other do so as soon as the last of them returns. Mostly no others did before.
    let low = 0;
    let high = returned[this.#lastOf(found)]!;
    for (let leaps = leapsMax; low < high; leaps--) {
      const middle = leaps > 0 ? high - 1 : (low + high) >> 1;
      const suspects = this.decide(middle);
      if (suspects.kind === "violated") {
        found = suspects.suspects;
        high = Math.min(middle, returned[this.#lastOf(found)]!);
      } else low = middle + 1;
    }
    let before = this.decide(high - 1);
    const isFirst = before.kind === "holds";
    if (!isFirst) before = this.decide(high - 1, { ignoresFailed: true });
    const misfit = byReturn.find((member) => returned[member] === high)!;
    const order = before.kind === "holds" ? before.order : [];
    return { misfit, isFirst, order, suspects: [...new Set([...found, misfit])] };
  }

  #suspectsAt(endRank: number): readonly number[] {
    const verdict = this.decide(endRank);
    return verdict.kind === "violated" ? verdict.suspects : [];
  }

  /** Of some operations, the one that returns last. */
  #lastOf(members: readonly number[]): number {
    const { returned } = this.#order;
    let last = -1;
    for (const member of members) {
      if (returned[member] !== never && (last < 0 || returned[member]! > returned[last]!)) last = member;
    }
    return last;
  }
}
