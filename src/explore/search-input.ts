import type { Inspection } from "../check/index.ts";
import type { Atoms } from "./atoms.ts";
import type { BudgetTable } from "./budgets.ts";
import type { LassoGraph } from "./lasso-graph.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import type { NetworkKind } from "./network-draft.ts";
import type { Reducing } from "./reduction.ts";
import type { Symmetry } from "./symmetry.ts";
import type { Break, Watch } from "./watch.ts";
import type { World } from "./world.ts";

/** What a search is made of. */
export interface SearchInput {
  readonly nodes: number;
  readonly atoms: Atoms;
  readonly local: LocalTransitions;
  readonly watch: Watch;
  readonly budgets: BudgetTable;
  readonly network: NetworkKind;
  readonly order: "breadth-first" | "depth-first" | "few interruptions first";
  readonly prunesNoOps: boolean;
  readonly depthMax: number;
  readonly statesMax: number;
  readonly bytesMax: number;
  readonly expired: () => boolean;
  readonly progress: ((distinct: number, generated: number, open: number) => void) | undefined;
  /** Whether losing messages is an action of its own; else a message that is lost is one that never comes. */
  readonly loses: boolean;
  /** Whether messages may be delivered and stay. */
  readonly duplicates: boolean;
  /** A look into the nodes of a state, for invariants. */
  readonly lookInto: (locals: readonly number[]) => Inspection;
  /** Where one state of each orbit is enough. */
  readonly symmetry: Symmetry | null;
  /** Where fewer steps than all are enough. */
  readonly reduction: Reducing | null;
  /** What happens beside the steps of nodes. */
  readonly world: World | null;
  /** Asked of each new state, as it is written down: go on from it, leave it at that, or end the search. */
  readonly onNew: ((record: Int32Array) => "goes on" | "is left" | "ends") | null;
  /** Asked of each state whose steps are to be taken: true to end the search at it. */
  readonly endsAt: ((record: Int32Array) => boolean) | null;
  /** Where every step between two states is to be known, not only the first into each. */
  readonly edges: LassoGraph | null;
  /** Called at a violation; true when the search is to end. */
  readonly broke: (found: readonly Break[], parent: number, event: number, how: number) => boolean;
}
