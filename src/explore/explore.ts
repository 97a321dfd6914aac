import type { AnyProperty, Inspection, Parameters, PropertyKind, Verdict } from "../check/index.ts";
import { ChannelTable, type NodeId, type Program, programOf, type SystemModel } from "../model/index.ts";
import { type Prepared, type Script, UsageError } from "../simulate/index.ts";
import { Atoms } from "./atoms.ts";
import { BudgetTable } from "./budgets.ts";
import { counterexampleOf, type ExploredRun } from "./counterexample.ts";
import { boundsOf, type ExploreOptions, groupsOf, type SettledOptions, settle } from "./explore-options.ts";
import { type Growth, growthOf } from "./growth.ts";
import { initialStates, type Origin } from "./initial-states.ts";
import { LocalTransitions } from "./local-transitions.ts";
import type { NodeImage } from "./node-image.ts";
import type { StepOptions } from "./node-step.ts";
import { type Cut, Search } from "./search.ts";
import { renamingsMax, renamingsOf, Symmetry } from "./symmetry.ts";
import { Watch } from "./watch.ts";
import { type Workloads, workloadsOf } from "./workloads.ts";

/** What an exhaustive search found. */
export interface ExploreResult {
  readonly scenario: string;
  readonly model: SystemModel;
  readonly parameters: Parameters;
  /** States reached, each as often as a step led to it, the initial ones included. */
  readonly generated: number;
  /** Unlike states. */
  readonly distinct: number;
  /** Where one state of each orbit was looked at: how many a search without symmetry finds and generates. */
  readonly standsFor?: { readonly distinct: number; readonly generated: number };
  /** Steps from an initial state to the deepest state whose steps were taken. */
  readonly depth: number;
  /** Whether every state within the bounds was seen and all its steps taken. */
  readonly complete: boolean;
  /** Why not, where it was not. */
  readonly cut: Cut | null;
  readonly verdicts: readonly Verdict[];
  /** By id of the property; `protocol` for a protocol that throws. */
  readonly counterexamples: ReadonlyMap<string, ExploredRun>;
  /** States that were found and whose steps were not taken. */
  readonly open: number;
  /** Where the search did not come to its end: what kept taking new values, most of all first. */
  readonly growing: readonly Growth[];
  /** What was taken for impossible, in words. */
  readonly bounds: readonly string[];
  /** Why processes that were taken for interchangeable are not: then every state was looked at. */
  readonly asymmetry?: string;
  /** How often the protocol's own code ran, for how many unlike steps of single processes. */
  readonly calls: number;
  readonly localSteps: number;
  /** Memory of the tables, bytes. */
  readonly bytes: number;
}

/** Where a property broke: the state before, the event, how it was taken. */
interface Broken {
  readonly clause: string;
  readonly parent: number;
  readonly event: number;
  readonly how: number;
}

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
const safetyOf = (properties: readonly AnyProperty[]): readonly AnyProperty[] =>
  properties.filter(({ kind }) => kind === "safety");

const partsOf = (prepared: Prepared, options: ExploreOptions): Exploration => {
  const { setup, model, parameters } = prepared;
  const settled = settle(prepared, options);
  const nodes: NodeId[] = setup.processes.map((_, node) => node);
  const atoms = new Atoms();
  const watch = new Watch(safetyOf(setup.properties), { nodes, model, parameters }, atoms);
  const workloads = workloadsOf(setup);
  const channels = new ChannelTable();
  const steps: StepOptions = {
    programs: programsOf(prepared, channels),
    nodes,
    scripts: workloads.all.flat(),
    sync: settled.sync,
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
  });
  const budgets = new BudgetTable(atoms);
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
    workloads,
    scripts: steps.scripts,
    symmetry,
    hindrance,
    lookInto,
  };
};

/** Why symmetry between such processes cannot be made use of, or null. */
const hindranceOf = (
  { model }: Prepared,
  { network }: SettledOptions,
  groups: readonly (readonly NodeId[])[],
  watch: Watch,
): string | null => {
  if (groups.length === 0) return null;
  const renamings = groups.reduce((product, { length }) => product * factorial(length), 1);
  if (network === "ordered") return "not on an ordered network";
  if (model.nodes === "byzantine") return "not among traitors, who may name anybody";
  if (watch.inspects) return "not where a property looks into the nodes";
  if (renamings > renamingsMax)
    return `${renamings} renamings of the processes, at most ${renamingsMax}; name smaller groups`;
  return null;
};

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

/** What was violated so far. */
class Findings {
  readonly broken: Map<string, Broken> = new Map();
  readonly #parts: Exploration;
  readonly #options: ExploreOptions;

  constructor(parts: Exploration, options: ExploreOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Keeps the first violation of each property; true when there is nothing more to find. */
  add(property: number, broken: Broken): boolean {
    const { prepared, watch } = this.#parts;
    const id = property < 0 ? "protocol" : safetyOf(prepared.setup.properties)[property]!.id;
    // A property that asks for the time has no verdict here: in a search all times are one.
    if (property >= 0 && watch.readsTime(property)) {
      watch.stop(property);
      return false;
    }
    if (!this.broken.has(id)) this.broken.set(id, broken);
    if (this.#options.goesOn === true) return false;
    if (property >= 0) watch.stop(property);
    const { first } = this.#options;
    return property < 0 || (first === undefined ? watch.isOver : id === first);
  }
}

const searchOf = (
  parts: Exploration,
  options: ExploreOptions,
  findings: Findings,
): { readonly search: Search; readonly origins: readonly Origin[] } => {
  const { settled, atoms, local, watch, budgets, prepared } = parts;
  const images = new Map<number, NodeImage>();
  const imageOf = (state: number): NodeImage => {
    const image = images.get(state) ?? (atoms.valueOf(state) as NodeImage);
    images.set(state, image);
    return image;
  };
  const search = new Search({
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
    symmetry: parts.symmetry,
    loses: settled.lossesMax > 0,
    duplicates: settled.duplicatesMax > 0,
    lookInto: (locals) => parts.lookInto(locals.map(imageOf)),
    broke: (found, parent, event, how) =>
      found.map(({ property, clause }) => findings.add(property, { clause, parent, event, how })).includes(true),
  });
  const origins = initialStates(parts, (origin) => {
    const { crashesMax, lossesMax, duplicatesMax, timeoutsMax } = settled;
    const budget = budgets.of({
      crashes: crashesMax,
      losses: lossesMax,
      duplicates: duplicatesMax,
      timeouts: timeoutsMax,
    });
    search.addInitial(origin.locals, origin.watch, budget, origin.messages);
  });
  return { search, origins };
};

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

const lookInto = (images: readonly NodeImage[]): Inspection => ({
  state: (node, path) => stateAt(images[node]!, path),
  record: (node, path, name) => recordAt(images[node]!, path, name),
  event: 0,
  at: 0,
});

/**
 * Tries every order of events, every draw and every fault within the bounds, on the protocol code itself. The same states
 * are seen once: what a process does with an event in a state is run once and remembered.
 *
 * Safety is decided within the bounds, which the result names. Liveness is not: its verdict is unknown.
 * @throws UsageError where a search cannot do what the scenario counts on (bounds of time, faults at fixed times).
 */
export const explore = (prepared: Prepared, options: ExploreOptions = {}): ExploreResult => {
  const parts = partsOf(prepared, options);
  const findings = new Findings(parts, options);
  const { search, origins } = searchOf(parts, options, findings);
  search.run();
  if (search.cut === "asymmetry")
    return { ...explore(prepared, { ...options, symmetry: false }), asymmetry: parts.symmetry!.refusal! };
  const counterexamples = new Map<string, ExploredRun>();
  for (const [property, { parent, event, how }] of findings.broken) {
    const { start, steps } = search.pathTo(parent);
    const schedule = [...steps, [event, how] as const];
    const kind = prepared.setup.properties.find(({ id }) => id === property)?.kind ?? "safety";
    counterexamples.set(
      property,
      counterexampleOf(parts, origins[start]!, schedule, { property, kind, code: options.code ?? "unknown" }),
    );
  }
  const bounds = [...boundsOf(prepared, parts.settled)];
  if (parts.workloads.leftOut !== undefined) bounds.push(parts.workloads.leftOut);
  const complete = search.cut === null;
  return {
    scenario: prepared.scenario.id,
    model: prepared.model,
    parameters: prepared.parameters,
    generated: search.generated,
    distinct: search.distinct,
    ...(parts.symmetry === null ? {} : { standsFor: { distinct: search.standsFor, generated: search.standsForSteps } }),
    depth: search.depth,
    complete,
    cut: search.cut,
    open: search.open,
    growing: isSpent(search) ? growthIn(parts) : [],
    verdicts: verdictsOf(parts, search, counterexamples),
    counterexamples,
    bounds,
    ...(parts.hindrance === null ? {} : { asymmetry: parts.hindrance }),
    calls: parts.local.calls,
    localSteps: parts.local.size,
    bytes: search.bytes,
  };
};

const isSpent = ({ cut }: Search): boolean => cut === "time" || cut === "memory" || cut === "states" || cut === "depth";

const growthIn = ({ atoms, channels, prepared: { setup } }: Exploration): readonly Growth[] =>
  growthOf({
    atoms,
    nodes: setup.processes.length,
    properties: safetyOf(setup.properties),
    channelOf: ({ channel }) => channels.nameOf(channel),
  });

type Judged = Pick<AnyProperty, "id" | "text"> & { readonly kind: PropertyKind };

const verdictsOf = (
  parts: Exploration,
  search: Search,
  counterexamples: ReadonlyMap<string, ExploredRun>,
): readonly Verdict[] => {
  const { properties } = parts.prepared.setup;
  const watched = safetyOf(properties);
  const verdicts = properties.map((property) =>
    verdictOn(parts, search, property, watched.indexOf(property), counterexamples.get(property.id)),
  );
  const thrown = counterexamples.get("protocol");
  if (thrown === undefined) return verdicts;
  const protocol: Judged = { id: "protocol", kind: "safety", text: "No handler throws." };
  return [...verdicts, violation(protocol, thrown, 1)];
};

const violation = ({ id, kind, text }: Judged, { clause, events }: ExploredRun, exercised: number): Verdict => ({
  property: id,
  kind,
  text,
  verdict: "violated",
  strength: { by: "counterexample", events },
  exercised,
  clause,
});

const verdictOn = (
  { watch, prepared, workloads, local, symmetry }: Exploration,
  { cut, distinct, standsFor }: Search,
  { id, kind, text }: AnyProperty,
  at: number,
  counterexample: ExploredRun | undefined,
): Verdict => {
  const exercised = at < 0 ? 0 : watch.exercised(at);
  const states = symmetry === null ? distinct : standsFor;
  if (counterexample !== undefined) return violation({ id, kind, text }, counterexample, exercised);
  const unknown = (clause: string): Verdict => ({
    property: id,
    kind,
    text,
    verdict: "unknown",
    strength: { by: "budget", states },
    exercised,
    clause,
  });
  if (at < 0) return unknown("liveness is not decided by this search");
  if (watch.readsTime(at)) return unknown("it asks for the time, of which exhaustive search has none");
  if (cut === "refusal") return unknown(local.refusal ?? "the protocol needs what exhaustive search has not");
  if (cut !== null) return unknown(`not everything was seen: ${whyCut[cut]}`);
  if (workloads.leftOut !== undefined) return unknown(`not every workload was tried: ${workloads.leftOut}`);
  if (prepared.model.nodes === "byzantine") return unknown("traitors were not tried");
  if (prepared.model.network === "arbitrary") return unknown("forged messages were not tried");
  const strength = { by: "exhaustive", states } as const;
  if (exercised === 0) return { ...unknown("never exercised: its premise did not occur"), strength };
  return { property: id, kind, text, verdict: "holds", strength, exercised };
};

const whyCut: { readonly [cut in Cut]: string } = {
  depth: "the depth is bounded",
  states: "the number of states is bounded",
  memory: "memory is bounded",
  time: "time is over",
  violation: "the search ended at a violation",
  refusal: "the protocol needs what exhaustive search has not",
  asymmetry: "the processes are not interchangeable",
};
