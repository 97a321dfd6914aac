import { type AloneScope, Confluence, isDead, isFirst } from "./confluence.ts";
import type { IntBuffer } from "./int-buffer.ts";
import type { Foresight } from "./local-closure.ts";
import { LocalQuotient } from "./local-quotient.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import type { NetworkKind } from "./network-draft.ts";
import { atNodes } from "./state-layout.ts";
import type { Symmetry } from "./symmetry.ts";

/** What a reduction took away. */
export interface ReductionReport {
  /** Local states that were foreseen, of all processes, and how many of them can be told apart. */
  readonly localStates: number;
  readonly localStatesLeft: number;
  /** States of which one step was taken, since it commutes with all that may come before it. */
  readonly single: number;
  /** Messages that left the network at once, since they would never do anything. */
  readonly vanished: number;
}

/** A step that is taken alone; `item` is what leaves the network by it, 0 for nothing. */
export interface StepAlone {
  readonly node: number;
  readonly event: number;
  readonly item: number;
}

/** What a search asks before and at each step. */
export interface Reducing {
  vanished: number;
  /** A search takes the step of a row. */
  take(row: number): void;
  /** A step that may be taken alone, in a state of a search; null where there is none. */
  stepIn(state: Int32Array, nodes: number, messageOf: (item: number) => number): StepAlone | null;
  /** Whether the message of a row may vanish. */
  isDead(row: number): boolean;
}

/** Leaves nothing out, and sees which steps are taken. */
export class Witness implements Reducing {
  vanished = 0;
  readonly taken: Set<number> = new Set();

  take(row: number): void {
    this.taken.add(row);
  }

  stepIn(): null {
    return null;
  }

  isDead(): boolean {
    return false;
  }
}

/**
 * What makes a search smaller, found in the table of local steps: local states that nobody can tell apart are one, dead
 * messages vanish, and where some step commutes with all that can come before it, it is the only one taken.
 */
export class Reduction implements Reducing {
  single = 0;
  vanished = 0;
  /** Steps that a search took and that were not foreseen: while there are any it proves nothing. */
  readonly unforeseen: Set<number> = new Set();
  readonly #local: LocalTransitions;
  readonly #quotient: LocalQuotient;
  readonly #confluence: Confluence;
  readonly #flags: IntBuffer;
  readonly #symmetry: Symmetry | null;

  /** @param symmetry Has learned what is foreseen. */
  constructor(
    foresight: Foresight,
    local: LocalTransitions,
    network: NetworkKind,
    scope: AloneScope,
    symmetry: Symmetry | null,
  ) {
    this.#local = local;
    this.#symmetry = symmetry;
    this.#quotient = new LocalQuotient(local, foresight, network === "ordered");
    this.#quotient.apply();
    this.#confluence = new Confluence(local, foresight, this.#quotient, network, scope);
    this.#flags = this.#confluence.flags;
    if (symmetry === null) return;
    symmetry.standFor((state) => this.#quotient.of(state));
    this.#confluence.keepSymmetric(symmetry);
  }

  get report(): ReductionReport {
    const { before, after } = this.#quotient;
    return { localStates: before, localStatesLeft: after, single: this.single, vanished: this.vanished };
  }

  /** Steps that are to be foreseen too, for those that are taken alone to be compared with. */
  get lifted(): readonly (readonly [state: number, event: number])[] {
    return this.#confluence.lifted;
  }

  /** The local state that stands for one. */
  of(state: number): number {
    return this.#quotient.of(state);
  }

  /** Lets the local steps lead where they led before. */
  undo(): void {
    this.#quotient.undo();
    this.#symmetry?.standForThemselves();
  }

  /** A search takes the step of a row. */
  take(row: number): void {
    if (!this.#confluence.foresees(row)) this.unforeseen.add(row);
  }

  /** A step that commutes with all that can come before it, in a state of a search; null where there is none. */
  stepIn(state: Int32Array, nodes: number, messageOf: (item: number) => number): StepAlone | null {
    const first = atNodes + nodes + 1;
    for (let at = first; at < first + state[first - 1]!; at++) {
      const item = state[at]!;
      const event = messageOf(item);
      const node = this.#local.receiver.data[event]! - 1;
      if (this.#isFirst(state[atNodes + node]!, event)) return { node, event, item };
    }
    const { own, ownCount, cost } = this.#local;
    for (let node = 0; node < nodes; node++) {
      const here = state[atNodes + node]!;
      const at = this.#local.ownOf(here);
      for (let index = at; index < at + ownCount.data[here]!; index++) {
        const event = own.data[index]!;
        if (cost.data[event] === 0 && this.#isFirst(here, event)) return { node, event, item: 0 };
      }
    }
    return null;
  }

  #isFirst(state: number, event: number): boolean {
    if ((this.#flagsOf(this.#local.row(state, event)) & isFirst) === 0) return false;
    this.single++;
    return true;
  }

  /** Whether the message of a row may vanish. */
  isDead(row: number): boolean {
    return (this.#flagsOf(row) & isDead) !== 0;
  }

  #flagsOf(row: number): number {
    return row < this.#flags.length ? this.#flags.data[row]! : 0;
  }
}
