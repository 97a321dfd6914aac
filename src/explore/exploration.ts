import type { AnyProperty, Inspection } from "../check/index.ts";
import {
  applyFrame,
  ChannelTable,
  copyImage,
  type LogImage,
  type NodeId,
  type Program,
  programOf,
} from "../model/index.ts";
import { type Prepared, type Script, UsageError } from "../simulate/index.ts";
import { Atoms } from "./atoms.ts";
import { BudgetTable } from "./budgets.ts";
import { Cuts } from "./cuts.ts";
import { type ExploreOptions, groupsOf, type SettledOptions, settle } from "./explore-options.ts";
import { Liars } from "./liars.ts";
import { type LocalScope, LocalTransitions } from "./local-transitions.ts";
import type { NodeImage } from "./node-image.ts";
import type { StepOptions } from "./node-step.ts";
import { renamingsMax, renamingsOf, Symmetry } from "./symmetry.ts";
import { Watch } from "./watch.ts";
import { type Workloads, workloadsOf } from "./workloads.ts";
import { World } from "./world.ts";

/** The parts of one search. */
export interface Exploration {
  readonly prepared: Prepared;
  readonly settled: SettledOptions;
  readonly channels: ChannelTable;
  readonly steps: StepOptions;
  readonly atoms: Atoms;
  readonly watch: Watch;
  readonly local: LocalTransitions;
  readonly budgets: BudgetTable;
  /** Who lies; null where nobody does. */
  readonly liars: Liars | null;
  /** What happens beside the steps of nodes; null where nothing does. */
  readonly world: World | null;
  readonly workloads: Workloads;
  readonly scripts: readonly Script[];
  readonly symmetry: Symmetry | null;
  /** Why symmetry was not even looked for; null where it was, or where nobody asked for it. */
  readonly hindrance: string | null;
  /** A look into nodes, for invariants. */
  readonly lookInto: (images: readonly NodeImage[]) => Inspection;
}

const programsOf = ({ setup }: Prepared, channels: ChannelTable): readonly Program[] => {
  const programs = new Map<object, Program>();
  return setup.processes.map(({ stack }) => {
    const program = programs.get(stack) ?? programOf(stack, channels);
    programs.set(stack, program);
    return program;
  });
};

/** What liveness remembers would only tell more states apart: this search does not decide it. */
export const safetyOf = (properties: readonly AnyProperty[]): readonly AnyProperty[] =>
  properties.filter(({ kind }) => kind === "safety");

/** Everything that a search needs, from a scenario and the options. Throws UsageError where they cannot be met. */
export const partsOf = (
  prepared: Prepared,
  options: ExploreOptions,
  watched: readonly AnyProperty[] = safetyOf(prepared.setup.properties),
): Exploration => {
  const { setup, model, parameters } = prepared;
  const settled = settle(prepared, options);
  const nodes: NodeId[] = setup.processes.map((_, node) => node);
  const atoms = new Atoms();
  const watch = new Watch(watched, { nodes, model, parameters }, atoms);
  const workloads = workloadsOf(setup);
  const channels = new ChannelTable();
  const steps: StepOptions = {
    programs: programsOf(prepared, channels),
    nodes,
    scripts: workloads.all.flat(),
    sync: settled.sync,
    settles: settled.settles,
    repeats: settled.network === "set",
    ordersTimers: settled.ordersTimers,
    recovers: settled.recovers,
    looksInside: watch.looksInside,
    narrates: false,
  };
  const tears = setup.faults?.writes === "separate";
  const candidates = new Set(setup.faults?.candidates ?? nodes);
  const local = new LocalTransitions(atoms, steps, {
    hears: (path) => watch.hears(path),
    tears,
    mayCrash: (node) => settled.crashesMax > 0 && candidates.has(node),
    isDormant: (timer) => setup.bounds?.dormant?.includes(timer) === true,
    isWithin: withinOf(prepared),
    views: viewsIn(watch),
  });
  const budgets = new BudgetTable(atoms);
  const liars = liarsOf(prepared, settled, { atoms, local, channels });
  const cuts = settled.partitionsMax > 0 ? new Cuts(atoms, nodes, settled.forms) : null;
  const whileCut = model.network === "reliable" ? "holds" : "loses";
  const world = liars === null && cuts === null ? null : new World(budgets, local, { cuts, liars, whileCut });
  const groups = groupsOf(prepared, options);
  const hindrance = hindranceOf(prepared, settled, groups, watch);
  if (hindrance !== null && options.symmetry !== "where possible") throw new UsageError(`symmetry: ${hindrance}`);
  const symmetry =
    hindrance === null && groups.length > 0
      ? new Symmetry(renamingsOf(setup.processes.length, groups), atoms, local, watch)
      : null;
  return {
    prepared,
    settled,
    channels,
    steps,
    atoms,
    watch,
    local,
    budgets,
    liars,
    world,
    workloads,
    scripts: steps.scripts,
    symmetry,
    hindrance,
    lookInto,
  };
};

const lookAt = (image: NodeImage): Inspection => {
  const images: NodeImage[] = [];
  images[image.node] = image;
  return lookInto(images);
};

const withinOf = ({ setup: { bounds } }: Prepared): LocalScope["isWithin"] => {
  const { limits = [] } = bounds ?? {};
  return limits.length === 0 ? () => true : (image) => limits.every(({ within }) => within(lookAt(image), image.node));
};

const viewsIn = (watch: Watch): LocalScope["views"] =>
  watch.views
    ? {
        of: (image) => watch.viewsOf(image.life === "unborn" ? null : lookAt(image), image.node),
        between: (before, after, of) => watch.changesBetween(before, after, of),
      }
    : null;

const liarsOf = (
  { setup }: Prepared,
  { traitors, forgeriesMax, network }: SettledOptions,
  tables: Pick<Exploration, "atoms" | "local" | "channels">,
): Liars | null => {
  if (traitors === 0 && forgeriesMax === 0) return null;
  const liars = new Liars({ ...tables, setup, forges: forgeriesMax > 0 });
  if (liars.learn && network === "ordered")
    throw new UsageError("liars learn from what is on its way, and an ordered network shows the first message alone");
  return liars;
};

/** Why symmetry between such processes cannot be made use of, or null. */
const hindranceOf = (
  { model }: Prepared,
  { network, partitionsMax, order }: SettledOptions,
  groups: readonly (readonly NodeId[])[],
  watch: Watch,
): string | null => {
  if (groups.length === 0) return null;
  const renamings = groups.reduce((product, { length }) => product * factorial(length), 1);
  if (network === "ordered") return "not on an ordered network";
  if (order === "few interruptions first") return "not where the order looks at who moved last";
  if (partitionsMax > 0) return "not where links are cut: a cut names processes";
  if (model.nodes === "byzantine" || model.network === "arbitrary") return "not among traitors, who may name anybody";
  if (watch.inspects) return "not where a property looks into the nodes";
  if (renamings > renamingsMax)
    return `${renamings} renamings of the processes, at most ${renamingsMax}; name smaller groups`;
  return null;
};

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

const stateAt = ({ life, volatile }: NodeImage, path: string): unknown =>
  life !== "up"
    ? undefined
    : (volatile as { readonly states: readonly (readonly [string, unknown])[] }).states.find(
        ([at]) => at === path,
      )?.[1];

/** As the node sees it: the latest write counts, durable or not. */
const recordAt = ({ durable, frames }: NodeImage, path: string, name: string): unknown => {
  for (const frame of frames.toReversed()) {
    const write = frame.findLast((each) => each.path === path && each.kind === "set" && each.name === name);
    if (write?.kind === "set") return write.value;
  }
  return durable.get(path)?.records.get(name);
};

/** A log as the node sees it: what is durable, and what it wrote since. */
const logAt = ({ durable, frames }: NodeImage, path: string, name: string): LogImage | undefined => {
  const module = durable.get(path);
  const writes = frames.flatMap((frame) => frame.filter((write) => write.path === path));
  if (writes.length === 0) return module?.logs.get(name);
  const seen = copyImage(module === undefined ? new Map() : new Map([[path, module]]));
  applyFrame(seen, writes);
  return seen.get(path)?.logs.get(name);
};

const lookInto = (images: readonly NodeImage[]): Inspection => ({
  state: (node, path) => stateAt(images[node]!, path),
  record: (node, path, name) => recordAt(images[node]!, path, name),
  log: (node, path, name) => logAt(images[node]!, path, name),
  event: 0,
  at: 0,
});
