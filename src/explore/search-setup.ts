import type { Budgets } from "./budgets.ts";
import type { Exploration } from "./exploration.ts";
import type { ExploreOptions, SettledOptions } from "./explore-options.ts";
import { initialStates, type Origin } from "./initial-states.ts";
import type { NodeImage } from "./node-image.ts";
import type { Reduction } from "./reduction.ts";
import type { Search } from "./search.ts";
import type { SearchInput } from "./search-input.ts";

/** What may go wrong in one run, to begin with. */
export const budgetsOf = (settled: SettledOptions): Budgets => ({
  crashes: settled.crashesMax,
  losses: settled.lossesMax,
  duplicates: settled.duplicatesMax,
  timeouts: settled.timeoutsMax,
  partitions: settled.partitionsMax,
  lies: settled.liesMax,
  forgeries: settled.forgeriesMax,
});

/** A search of a scenario that goes on whatever breaks. */
export const inputOf = (parts: Exploration, options: ExploreOptions): SearchInput => {
  const { settled, atoms, local, watch, budgets, symmetry, world, prepared } = parts;
  const images = new Map<number, NodeImage>();
  const imageOf = (state: number): NodeImage => {
    const image = images.get(state) ?? (atoms.valueOf(state) as NodeImage);
    images.set(state, image);
    return image;
  };
  return {
    nodes: prepared.setup.processes.length,
    atoms,
    local,
    watch,
    budgets,
    network: settled.network,
    order: settled.order,
    prunesNoOps: settled.prunesNoOps,
    depthMax: settled.depthMax,
    statesMax: settled.statesMax,
    bytesMax: settled.bytesMax,
    expired: options.expired ?? (() => false),
    progress: options.progress,
    symmetry,
    reduction: null,
    loses: settled.lossesMax > 0,
    duplicates: settled.duplicatesMax > 0,
    world,
    onNew: null,
    endsAt: null,
    edges: null,
    lookInto: (locals) => parts.lookInto(locals.map(imageOf)),
    broke: () => false,
  };
};

/** Lets the properties forget what they saw in searches that proved nothing: all but how the processes booted. */
export const forgetSeen = (parts: Exploration): void => {
  parts.watch.forget();
  parts.symmetry?.forgetFolds();
  initialStates(parts);
};

/** Gives a search the states to begin with. */
export const beginAll = (
  search: Search,
  { settled, budgets }: Exploration,
  origins: readonly Origin[],
  reduction: Reduction | null,
): void => {
  for (const { locals, watch, messages, traitors } of origins) {
    const standing = reduction === null ? locals : locals.map((state) => reduction.of(state));
    search.addInitial(standing, watch, budgets.of(budgetsOf(settled), traitors), messages);
  }
};
