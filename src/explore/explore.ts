import type { AnyProperty, Parameters, PropertyKind, Verdict } from "../check/index.ts";
import type { SystemModel } from "../model/index.ts";
import type { Prepared } from "../simulate/index.ts";
import { counterexampleOf, type ExploredRun } from "./counterexample.ts";
import { type Exploration, partsOf, safetyOf } from "./exploration.ts";
import { boundsOf, type ExploreOptions, type SettledOptions, settle } from "./explore-options.ts";
import { type Growth, growthOf } from "./growth.ts";
import { initialStates, type Origin } from "./initial-states.ts";
import { decideLiveness, fairnessText } from "./liveness.ts";
import { unknownVerdict } from "./liveness-finding.ts";
import { reducedSearch } from "./reduced-search.ts";
import type { Reduction, ReductionReport } from "./reduction.ts";
import { type Cut, Search } from "./search.ts";
import type { SearchInput } from "./search-input.ts";
import { beginAll, forgetSeen, inputOf } from "./search-setup.ts";

/** What an exhaustive search found. */
export interface ExploreResult {
  readonly scenario: string;
  readonly model: SystemModel;
  readonly parameters: Parameters;
  /** States reached, each as often as a step led to it, the initial ones included. */
  readonly generated: number;
  /** Unlike states. */
  readonly distinct: number;
  /**
   * Where one state of each orbit was looked at: how many a search without symmetry finds and generates; beside a reduction
   * how many states those are that are renamings of the ones that were looked at.
   */
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
  /** Where a search breadth first was cut: of the deepest level, the states, and of how many the steps were taken. */
  readonly lastLevel?: { readonly states: number; readonly taken: number };
  /** Where the search did not come to its end: what kept taking new values, most of all first. */
  readonly growing: readonly Growth[];
  /** What was taken for impossible, in words. */
  readonly bounds: readonly string[];
  /** Why processes that were taken for interchangeable are not: then every state was looked at. */
  readonly asymmetry?: string;
  /** What was left out where that was asked for, … */
  readonly reduction?: ReductionReport;
  /** … or why nothing was. */
  readonly irreducible?: string;
  /** Deliveries that changed nothing and were no step. */
  readonly noOps: number;
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
    return property < 0 || (first === undefined ? watch.isOver : first === true || id === first);
  }
}

const asksFor = ({ reduction = false }: ExploreOptions): boolean => reduction !== false;

interface Begun {
  readonly search: Search;
  readonly origins: readonly Origin[];
  /** What is left out, or why nothing is. */
  readonly reduction: Reduction | string;
}

const searchOf = (parts: Exploration, options: ExploreOptions, findings: Findings): Begun => {
  const origins = initialStates(parts);
  const make = (reduction: Reduction | null): SearchInput => ({
    ...inputOf(parts, options),
    reduction,
    broke: (found, parent, event, how) =>
      found.map(({ property, clause }) => findings.add(property, { clause, parent, event, how })).includes(true),
  });
  const reduced = asksFor(options) ? reducedSearch(parts, options, origins, make) : "not asked for";
  if (typeof reduced !== "string") {
    if (!reduced.isRun) reduced.search.run();
    return { search: reduced.search, origins, reduction: reduced.reduction };
  }
  if (asksFor(options)) forgetSeen(parts);
  const search = new Search(make(null));
  beginAll(search, parts, origins, null);
  search.run();
  return { search, origins, reduction: reduced };
};

/** The part of the time that a search for safety takes where liveness is decided beside it. */
const timeOfSafety = 0.75;

/** The options of a search that ends when such a part of the time is over, where that can be told. */
const until = (part: number, options: ExploreOptions): ExploreOptions => {
  const { expired, isPast } = options;
  return isPast === undefined ? options : { ...options, expired: () => expired?.() === true || isPast(part) };
};

const forSafety = ({ setup }: Prepared, options: ExploreOptions): ExploreOptions => {
  const isShared = options.liveness === true && setup.properties.some(({ kind }) => kind === "liveness");
  return isShared ? until(timeOfSafety, options) : options;
};

/**
 * Tries every order of events, every draw and every fault within the bounds, on the protocol code itself. The same states
 * are seen once: what a process does with an event in a state is run once and remembered.
 *
 * Safety is decided within the bounds, which the result names; liveness where `liveness` asks for it, else it is unknown.
 * @throws UsageError where a search cannot do what the scenario counts on (bounds of time, faults at fixed times).
 */
export const explore = (prepared: Prepared, options: ExploreOptions = {}): ExploreResult => {
  const parts = partsOf(prepared, options);
  const findings = new Findings(parts, options);
  const { search, origins, reduction } = searchOf(parts, forSafety(prepared, options), findings);
  const isUncut = search.cut === null || search.cut === "asymmetry";
  if (typeof reduction !== "string" && reduction.unforeseen.size > 0 && isUncut)
    return { ...explore(prepared, { ...options, reduction: false }), irreducible: "a step was not foreseen" };
  if (search.cut === "asymmetry")
    return { ...explore(prepared, { ...options, symmetry: false }), asymmetry: parts.symmetry!.refusal! };
  const counterexamples = new Map<string, ExploredRun>();
  for (const [property, { parent, event, how }] of findings.broken) {
    const { start, steps } = search.paths.to(parent);
    const schedule = [...steps, [event, how] as const];
    const kind = prepared.setup.properties.find(({ id }) => id === property)?.kind ?? "safety";
    counterexamples.set(
      property,
      counterexampleOf(parts, origins[start]!, schedule, { property, kind, code: options.code ?? "unknown" }),
    );
  }
  const verdicts = verdictsOf(parts, search, counterexamples);
  if (options.liveness === true) livenessOf(prepared, options, verdicts, counterexamples);
  const bounds = [...boundsOf(prepared, parts.settled), ...(options.liveness === true ? [fairnessText] : [])];
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
    ...(search.cut === null || search.lastLevel === null ? {} : { lastLevel: search.lastLevel }),
    growing: isSpent(search) ? growthIn(parts) : [],
    verdicts,
    counterexamples,
    bounds,
    ...(parts.hindrance === null ? {} : { asymmetry: parts.hindrance }),
    ...(typeof reduction === "string" ? {} : { reduction: reduction.report }),
    ...(typeof reduction === "string" && asksFor(options) ? { irreducible: reduction } : {}),
    noOps: search.noOps,
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

/** Puts what is found on liveness in its place, a search for each property. */
const livenessOf = (
  prepared: Prepared,
  options: ExploreOptions,
  verdicts: Verdict[],
  counterexamples: Map<string, ExploredRun>,
): void => {
  const { properties } = prepared.setup;
  const share = (1 - timeOfSafety) / properties.filter(({ kind }) => kind === "liveness").length;
  let part = timeOfSafety;
  for (const [at, property] of properties.entries()) {
    if (property.kind !== "liveness") continue;
    part += share;
    const { verdict, run } = decideLiveness(prepared, until(part, options), property);
    const untried = untriedIn(prepared, settle(prepared, options));
    verdicts[at] = verdict.verdict === "holds" && untried !== null ? withheld(verdict, untried) : verdict;
    if (run !== undefined) counterexamples.set(property.id, run);
  }
};

/** A verdict that is not given after all. */
const withheld = (verdict: Verdict, clause: string): Verdict => ({ ...verdict, verdict: "unknown", clause });

type Judged = Pick<AnyProperty, "id" | "text"> & { readonly kind: PropertyKind };

const verdictsOf = (
  parts: Exploration,
  search: Search,
  counterexamples: ReadonlyMap<string, ExploredRun>,
): Verdict[] => {
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
  { watch, prepared, settled, workloads, local, symmetry }: Exploration,
  { cut, distinct, standsFor }: Search,
  property: AnyProperty,
  at: number,
  counterexample: ExploredRun | undefined,
): Verdict => {
  const { id, kind, text } = property;
  const exercised = at < 0 ? 0 : watch.exercised(at);
  const states = symmetry === null ? distinct : standsFor;
  if (counterexample !== undefined) return violation({ id, kind, text }, counterexample, exercised);
  const unknown = (clause: string): Verdict => unknownVerdict(property, clause, states, exercised);
  if (at < 0) return unknown("liveness is not decided by this search");
  if (watch.readsTime(at)) return unknown("it asks for the time, of which exhaustive search has none");
  if (cut === "refusal") return unknown(local.refusal ?? "the protocol needs what exhaustive search has not");
  if (cut !== null) return unknown(`not everything was seen: ${whyCut[cut]}`);
  if (workloads.leftOut !== undefined) return unknown(`not every workload was tried: ${workloads.leftOut}`);
  const untried = untriedIn(prepared, settled);
  if (untried !== null) return unknown(untried);
  const strength = { by: "exhaustive", states } as const;
  if (exercised === 0) return { ...unknown("never exercised: its premise did not occur"), strength };
  return { property: id, kind, text, verdict: "holds", strength, exercised };
};

/** Whose lies were not tried, where the model has liars: then nothing holds. */
const untriedIn = ({ model, setup }: Prepared, { traitors, forgeriesMax }: SettledOptions): string | null => {
  const mute =
    (setup.vocabulary ?? []).length === 0
      ? "repeated nothing but what was said: the scenario states no vocabulary"
      : null;
  if (model.nodes === "byzantine") {
    if (traitors === 0) return "traitors were not tried";
    if (mute !== null) return `traitors ${mute}`;
  }
  if (model.network !== "arbitrary") return null;
  if (forgeriesMax === 0) return "forged messages were not tried";
  return mute === null ? null : `forgers ${mute}`;
};

const whyCut: { readonly [cut in Cut]: string } = {
  depth: "the depth is bounded",
  states: "the number of states is bounded",
  memory: "memory is bounded",
  time: "time is over",
  violation: "the search ended at a violation",
  refusal: "the protocol needs what exhaustive search has not",
  asymmetry: "the processes are not interchangeable",
  goal: "the search ended at its goal",
};
