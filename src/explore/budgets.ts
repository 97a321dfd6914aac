import type { NodeId } from "../model/index.ts";
import type { Atoms } from "./atoms.ts";

/** How often each kind of trouble may come in one run; null for any number of times. */
export interface Budgets {
  readonly crashes: number;
  readonly losses: number;
  readonly duplicates: number;
  readonly timeouts: number | null;
  readonly partitions: number;
  /** Words of traitors. */
  readonly lies: number | null;
  /** Messages that the network makes up. */
  readonly forgeries: number;
}

/** What is left, which links are cut now (by number, 0 for none), and who is a traitor. */
interface Left extends Budgets {
  readonly cut: number;
  readonly traitors: readonly NodeId[];
  /** Who took the last step, where a search looks at that. */
  readonly turn?: NodeId;
}

/** The kinds of trouble, as places in the tables. */
export const spendCrash = 1;
export const spendTimeout = 2;
export const spendLoss = 3;
export const spendDuplicate = 4;
export const spendLie = 5;
export const spendForgery = 6;

const names = ["", "crashes", "timeouts", "losses", "duplicates", "lies", "forgeries"] as const;

/** What is left of the budgets, which links are cut and who is a traitor, as an atom of the global state. */
export class BudgetTable {
  readonly #atoms: Atoms;
  readonly #after = new Map<number, readonly number[]>();
  readonly #turned = new Map<number, NodeId[]>();
  readonly #turns = new Map<number, NodeId>();
  readonly #cuts = new Map<number, number>();
  readonly #traitors = new Map<number, readonly NodeId[]>();

  constructor(atoms: Atoms) {
    this.#atoms = atoms;
  }

  /** The atom of what is left to begin with: all links are whole. */
  of(budgets: Budgets, traitors: readonly NodeId[] = []): number {
    return this.#of({ ...budgets, cut: 0, traitors });
  }

  /** What is left after one trouble of a kind; 0 when none of it is left. Kind 0 costs nothing. */
  after(left: number, kind: number): number {
    if (kind === 0) return left;
    let row = this.#after.get(left);
    if (row === undefined) {
      const budgets = this.#atoms.valueOf(left) as Left;
      row = names.map((name) => {
        const value = name === "" ? null : budgets[name];
        if (value === null) return left;
        return value === 0 ? 0 : this.#of({ ...budgets, [name]: value - 1 });
      });
      this.#after.set(left, row);
    }
    return row[kind]!;
  }

  /** The same after a step of a process. */
  turned(left: number, node: NodeId): number {
    let row = this.#turned.get(left);
    if (row === undefined) {
      row = [];
      this.#turned.set(left, row);
    }
    row[node] ??= this.#of({ ...(this.#atoms.valueOf(left) as Left), turn: node });
    return row[node];
  }

  /** Who took the last step; -1 before the first. */
  turnOf(left: number): NodeId {
    let turn = this.#turns.get(left);
    if (turn === undefined) {
      turn = (this.#atoms.valueOf(left) as Left).turn ?? -1;
      this.#turns.set(left, turn);
    }
    return turn;
  }

  /** Which links are cut. */
  cutOf(left: number): number {
    let cut = this.#cuts.get(left);
    if (cut === undefined) {
      ({ cut } = this.#atoms.valueOf(left) as Left);
      this.#cuts.set(left, cut);
    }
    return cut;
  }

  /** Who is a traitor. */
  traitorsOf(left: number): readonly NodeId[] {
    let traitors = this.#traitors.get(left);
    if (traitors === undefined) {
      ({ traitors } = this.#atoms.valueOf(left) as Left);
      this.#traitors.set(left, traitors);
    }
    return traitors;
  }

  /** The same with other links cut; 0 when there may be no more cuts. To mend costs nothing. */
  withCut(left: number, cut: number): number {
    const budgets = this.#atoms.valueOf(left) as Left;
    if (cut === 0) return this.#of({ ...budgets, cut });
    return budgets.partitions === 0 ? 0 : this.#of({ ...budgets, cut, partitions: budgets.partitions - 1 });
  }

  #of(left: Left): number {
    return this.#atoms.idOf("budgets", left);
  }
}
