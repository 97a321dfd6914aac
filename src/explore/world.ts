import { type BudgetTable, spendForgery, spendLie } from "./budgets.ts";
import type { Cuts } from "./cuts.ts";
import type { Liars } from "./liars.ts";
import type { LocalTransitions } from "./local-transitions.ts";

/** A step that is no node's own: links change, or a message comes that no module sent. */
export interface WorldStep {
  /** What happens: a change of the links, or the message that arrives. */
  readonly event: number;
  /** What is left of the budgets afterwards. */
  readonly budget: number;
  readonly isMessage: boolean;
}

/** Whether the network keeps what it cannot carry while links are cut, or loses it. */
export type WhileCut = "holds" | "loses";

/** What a search has beside the steps of its nodes and of its network: links that are cut and mended, and liars. */
export class World {
  readonly #budgets: BudgetTable;
  readonly #local: LocalTransitions;
  readonly #cuts: Cuts | null;
  readonly #liars: Liars | null;
  readonly #whileCut: WhileCut;

  constructor(
    budgets: BudgetTable,
    local: LocalTransitions,
    {
      cuts,
      liars,
      whileCut,
    }: { readonly cuts: Cuts | null; readonly liars: Liars | null; readonly whileCut: WhileCut },
  ) {
    this.#budgets = budgets;
    this.#local = local;
    this.#cuts = cuts;
    this.#liars = liars;
    this.#whileCut = whileCut;
  }

  /**
   * Whether all that it does is said before the search: the same words at any time, which only traitors say. What the
   * network forges is not, since it may be what a node has sent as well.
   */
  get isPredictable(): boolean {
    return this.#cuts === null && this.#liars?.isPredictable === true;
  }

  /** Whether a message that is on its way cannot arrive now. */
  holds(budget: number, message: number): boolean {
    return this.#whileCut === "holds" && this.#isSevered(budget, message);
  }

  /** Whether a message that is sent now is lost. */
  loses(budget: number, message: number): boolean {
    return this.#whileCut === "loses" && this.#isSevered(budget, message);
  }

  #isSevered(budget: number, message: number): boolean {
    if (this.#cuts === null) return false;
    const { sender, receiver } = this.#local;
    return this.#cuts.severs(this.#budgets.cutOf(budget), sender.at(message) - 1, receiver.at(message) - 1);
  }

  /** What the world may do in a state: of its network the messages, of its nodes nothing is asked. */
  stepsOf(budget: number, items: Int32Array, from: number, count: number): readonly WorldStep[] {
    const steps: WorldStep[] = [];
    for (const { event, to } of this.#cuts?.turnsOf(budget, this.#budgets) ?? [])
      steps.push({ event, budget: to, isMessage: false });
    if (this.#liars === null) return steps;
    const [lie, forgery] = [this.#budgets.after(budget, spendLie), this.#budgets.after(budget, spendForgery)];
    for (const { message, isForged } of this.#liars.wordsIn(this.#budgets.traitorsOf(budget), items, from, count)) {
      const left = isForged ? forgery : lie;
      if (left !== 0) steps.push({ event: message, budget: left, isMessage: true });
    }
    return steps;
  }
}
