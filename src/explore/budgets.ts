import type { Atoms } from "./atoms.ts";

/** How often each kind of trouble may come in one run; absent for any number of times. */
export interface Budgets {
  readonly crashes: number;
  readonly losses: number;
  readonly duplicates: number;
  readonly timeouts: number | null;
}

/** The kinds of trouble, as places in the tables. */
export const spendCrash = 1;
export const spendTimeout = 2;
export const spendLoss = 3;
export const spendDuplicate = 4;

const names = ["", "crashes", "timeouts", "losses", "duplicates"] as const;

/** What is left of the budgets, as an atom of the global state. */
export class BudgetTable {
  readonly #atoms: Atoms;
  readonly #after = new Map<number, readonly number[]>();

  constructor(atoms: Atoms) {
    this.#atoms = atoms;
  }

  /** The atom of what is left. */
  of(budgets: Budgets): number {
    return this.#atoms.idOf("budgets", budgets);
  }

  /** What is left after one trouble of a kind; 0 when none of it is left. Kind 0 costs nothing. */
  after(left: number, kind: number): number {
    if (kind === 0) return left;
    let row = this.#after.get(left);
    if (row === undefined) {
      const budgets = this.#atoms.valueOf(left) as { readonly [name: string]: number | null };
      row = names.map((name) => {
        const value = budgets[name];
        if (name === "" || value === null) return left;
        return value === 0 ? 0 : this.of({ ...budgets, [name]: value! - 1 } as unknown as Budgets);
      });
      this.#after.set(left, row);
    }
    return row[kind]!;
  }
}
