import type { NodeId } from "../model/index.ts";
import type { PartitionForm } from "../simulate/index.ts";
import type { Atoms } from "./atoms.ts";
import type { BudgetTable } from "./budgets.ts";

/** Which links are cut: between two groups, from one to the other, or all but those of the nodes that are in both. */
export interface CutLinks {
  readonly form: PartitionForm;
  readonly left: readonly NodeId[];
  readonly right: readonly NodeId[];
}

/** A change of the links. */
export type Turn =
  | { readonly kind: "cut"; readonly links: CutLinks }
  | { readonly kind: "mend"; readonly links: CutLinks };

/** Above so many nodes only single ones are cut off: the ways to part a group double with each of its members. */
const nodesMax = 6;

/** Every way to part some nodes in two groups, each once, the first node on the left. */
const parts = (nodes: readonly NodeId[]): readonly (readonly [left: readonly NodeId[], right: readonly NodeId[]])[] => {
  if (nodes.length > nodesMax) return nodes.map((one) => [[one], nodes.filter((node) => node !== one)]);
  return Array.from({ length: (1 << (nodes.length - 1)) - 1 }, (_, bits) => [
    nodes.filter((_node, at) => at === 0 || ((bits >> (at - 1)) & 1) === 1),
    nodes.filter((_node, at) => at > 0 && ((bits >> (at - 1)) & 1) === 0),
  ]);
};

/** Every way in which links may be cut. */
export const cutsOf = (nodes: readonly NodeId[], forms: readonly PartitionForm[]): readonly CutLinks[] =>
  forms.flatMap((form): readonly CutLinks[] => {
    if (form === "full") return parts(nodes).map(([left, right]) => ({ form, left, right }));
    if (form === "one-way")
      return parts(nodes).flatMap(([left, right]) => [
        { form, left, right },
        { form, left: right, right: left },
      ]);
    return nodes.flatMap((bridge) =>
      parts(nodes.filter((node) => node !== bridge)).map(([left, right]) => ({
        form,
        left: [...left, bridge],
        right: [bridge, ...right],
      })),
    );
  });

const severs = ({ form, left, right }: CutLinks, from: NodeId, to: NodeId): boolean => {
  const isBetween = (some: readonly NodeId[], others: readonly NodeId[]): boolean =>
    some.includes(from) && !others.includes(from) && others.includes(to) && !some.includes(to);
  return isBetween(left, right) || (form !== "one-way" && isBetween(right, left));
};

/** Links that a search may cut and mend, one cut at a time. A cut is a number from 1 on; 0 stands for none. */
export class Cuts {
  readonly #atoms: Atoms;
  readonly #links: readonly CutLinks[];
  readonly #severed: readonly (readonly boolean[])[];
  readonly #nodes: number;
  readonly #turns = new Map<number, readonly { readonly event: number; readonly to: number }[]>();

  constructor(atoms: Atoms, nodes: readonly NodeId[], forms: readonly PartitionForm[]) {
    this.#atoms = atoms;
    this.#nodes = nodes.length;
    this.#links = cutsOf(nodes, forms);
    this.#severed = this.#links.map((links) => nodes.flatMap((from) => nodes.map((to) => severs(links, from, to))));
  }

  /** Whether a link is cut. */
  severs(cut: number, from: NodeId, to: NodeId): boolean {
    return cut > 0 && this.#severed[cut - 1]![from * this.#nodes + to]!;
  }

  /** The changes that are possible with what is left of the budgets, and what is left then. */
  turnsOf(budget: number, budgets: BudgetTable): readonly { readonly event: number; readonly to: number }[] {
    const known = this.#turns.get(budget);
    if (known !== undefined) return known;
    const now = budgets.cutOf(budget);
    const turn = (kind: Turn["kind"], cut: number): number =>
      this.#atoms.idOf("event of the world", { kind, links: this.#links[cut - 1]! } satisfies Turn);
    const turns =
      now > 0
        ? [{ event: turn("mend", now), to: budgets.withCut(budget, 0) }]
        : this.#links.flatMap((_, at) => {
            const to = budgets.withCut(budget, at + 1);
            return to === 0 ? [] : [{ event: turn("cut", at + 1), to }];
          });
    this.#turns.set(budget, turns);
    return turns;
  }
}
