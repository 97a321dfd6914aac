import type { Verdict } from "../../check/index.ts";
import {
  type ExploredRun,
  type ExploreOptions,
  type ExploreResult,
  explore,
  explorePacked,
  type PackedResult,
  type PackedSystem,
  type ReachResult,
  reach,
} from "../../explore/index.ts";
import { type Prepared, prepare } from "../../simulate/index.ts";
import { writeTrace } from "../../trace/index.ts";
import { SearchClock } from "./clock.ts";
import { drawViolation, rowsShownOfMany } from "./draw-violation.ts";
import { asReplayable, type Loaded } from "./load-scenario.ts";
import { mutantOf } from "./mutants.ts";
import type { ReferenceModel } from "./reference-models.ts";
import { noteOf } from "./run-search.ts";
import {
  type DrawnViolation,
  type ExploreReport,
  type ExploreTask,
  pulseGenerated,
  pulseOpen,
  type SearchNote,
} from "./search-task.ts";

const bytesAMegabyte = 1 << 20;
/** The part of the time that looking ahead may take. */
const timeAhead = 0.25;

/** The parts of a search's options that have to do with time and memory. */
const boundsOf = (
  { megabytes }: ExploreTask,
  clock: SearchClock,
  pulse: Int32Array,
): Required<Pick<ExploreOptions, "expired" | "hurries" | "isPast" | "progress" | "bytesMax">> => ({
  bytesMax: megabytes * bytesAMegabyte,
  expired: clock.options().expired!,
  hurries: () => clock.isPast(timeAhead),
  isPast: (part) => clock.isPast(part),
  progress: (distinct, generated, open) => {
    clock.progress(distinct, 0);
    Atomics.store(pulse, pulseGenerated, Math.floor(generated / 1_000));
    Atomics.store(pulse, pulseOpen, Math.floor(open / 1_000));
  },
});

const whatIsSet = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

const optionsOf = (task: ExploreTask, clock: SearchClock, pulse: Int32Array): ExploreOptions => {
  const { budgets, depth, order, carries, symmetry, code } = task;
  return {
    ...boundsOf(task, clock, pulse),
    ...whatIsSet({
      crashesMax: budgets.crashes,
      lossesMax: budgets.losses,
      duplicatesMax: budgets.duplicates,
      timeoutsMax: budgets.timeouts,
      partitionsMax: budgets.partitions,
      traitors: budgets.traitors,
      liesMax: budgets.lies,
      forgeriesMax: budgets.forgeries,
      sync: task.sync,
      depthMax: depth,
      network: carries,
    }),
    goesOn: task.goesOn,
    order,
    symmetry: symmetry ? "where possible" : false,
    reduction: task.reduction,
    liveness: true,
    code,
  };
};

const prepareTask = (loaded: Loaded, { set, change, mutant }: ExploreTask): Prepared => {
  const scenario = asReplayable(loaded);
  if (mutant === undefined) return prepare(scenario, set, change);
  const { parameters = {}, model = {}, rules } = mutantOf(mutant);
  return prepare(scenario, { ...parameters, ...set }, { ...model, ...change }, { rules, mutant });
};

const drawn = (runs: readonly ExploredRun[], { drawing }: ExploreTask): readonly DrawnViolation[] =>
  runs.map(({ property, clause, trace, slice, faulty }) => ({
    property,
    clause,
    diagram: drawViolation(trace, slice, faulty, drawing, rowsShownOfMany),
  }));

const countsOf = ({
  distinct,
  generated,
  standsFor,
}: ExploreResult | PackedResult): Pick<ExploreReport, "distinct" | "generated" | "orbits"> =>
  standsFor === undefined ? { distinct, generated } : { ...standsFor, orbits: { distinct, generated } };

const traceOf = ({ counterexamples }: ExploreResult): string | undefined => {
  const [first] = counterexamples.values();
  return first === undefined ? undefined : writeTrace(first.trace);
};

/** Looks at every state of a scenario, and says what came of it. */
export const searchStates = (
  loaded: Loaded,
  task: ExploreTask,
  pulse: Int32Array,
  note: (note: SearchNote) => void,
): ExploreReport => {
  const prepared = prepareTask(loaded, task);
  note(noteOf(loaded, prepared));
  const clock = new SearchClock(pulse, task.seconds);
  if (task.goal !== undefined || task.stages.length > 0) return searchPictures(loaded, prepared, task, pulse, clock);
  const result = explore(prepared, optionsOf(task, clock, pulse));
  const { model, parameters, depth, complete, cut, open, growing, bounds, asymmetry, verdicts, calls, bytes } = result;
  const { lastLevel } = result;
  return {
    scenario: loaded.scenario.id,
    title: loaded.scenario.title,
    model,
    parameters,
    ...countsOf(result),
    depth,
    complete,
    cut,
    open,
    ...(lastLevel === undefined ? {} : { lastLevel }),
    growing,
    bounds,
    asymmetry,
    verdicts,
    violations: drawn([...result.counterexamples.values()], task),
    reduction: reductionText(result),
    calls,
    bytes,
    seconds: clock.seconds,
    trace: task.trace ? traceOf(result) : undefined,
  };
};

const reductionText = ({ reduction, irreducible }: ExploreResult): string | undefined => {
  if (reduction === undefined) return irreducible === undefined ? undefined : `without reduction: ${irreducible}`;
  const { localStates, localStatesLeft, single, vanished } = reduction;
  return `reduction: of ${localStates} local states ${localStatesLeft} can be told apart, in ${single} states one step stood for all, ${vanished} messages vanished; --no-reduction takes every step`;
};

const verdictOfReach = ({ outcome, run }: ReachResult, { setup }: Prepared): readonly Verdict[] => {
  if (outcome !== "violated" || run === null) return [];
  const { text = "No handler throws.", kind = "safety" } = setup.properties.find(({ id }) => id === run.property) ?? {};
  const strength = { by: "counterexample", events: run.events } as const;
  return [{ property: run.property, kind, text, verdict: "violated", strength, exercised: 1, clause: run.clause }];
};

/** Searches for a run to one picture after the other. */
const searchPictures = (
  { scenario }: Loaded,
  prepared: Prepared,
  task: ExploreTask,
  pulse: Int32Array,
  clock: SearchClock,
): ExploreReport => {
  const { stages, goal } = task;
  const { symmetry: _symmetry, reduction: _reduction, liveness: _liveness, ...options } = optionsOf(task, clock, pulse);
  const result = reach(prepared, {
    ...options,
    stages: goal === undefined ? stages : [...stages, goal],
    beyond: goal === undefined ? "violation" : "stop",
  });
  const { run, outcome, model, parameters, distinct, generated, bounds } = result;
  const last = result.stages.at(-1);
  return {
    scenario: scenario.id,
    title: scenario.title,
    model,
    parameters,
    distinct,
    generated,
    depth: result.stages.reduce((sum, { depth }) => sum + depth, 0),
    complete: outcome === "no",
    cut: outcome === "no" ? null : (last?.cut ?? null),
    open: last?.open ?? 0,
    growing: [],
    bounds,
    verdicts: verdictOfReach(result, prepared),
    violations: run === null ? [] : drawn([run], task),
    reach: result,
    bytes: 0,
    seconds: clock.seconds,
    trace: task.trace && run !== null ? writeTrace(run.trace) : undefined,
  };
};

const packedVerdicts = ({ invariants }: PackedSystem, result: PackedResult): readonly Verdict[] => {
  const states = result.standsFor?.distinct ?? result.distinct;
  return invariants.map(({ id, text }): Verdict => {
    const stated = { property: id, kind: "safety", text, exercised: states } as const;
    const path = result.violations.get(id);
    if (path !== undefined)
      return {
        ...stated,
        verdict: "violated",
        strength: { by: "counterexample", events: path.length - 1 },
        clause: `it does not hold in a state that ${path.length - 1} steps lead to`,
      };
    return result.complete
      ? { ...stated, verdict: "holds", strength: { by: "exhaustive", states } }
      : { ...stated, verdict: "unknown", strength: { by: "budget", states }, clause: "not everything was seen" };
  });
};

/** Looks at every state of a published model that is a plain set of actions. */
export const searchPacked = (
  { id, title, parameters, system }: Extract<ReferenceModel, { readonly kind: "packed" }>,
  task: ExploreTask,
  pulse: Int32Array,
): ExploreReport => {
  const clock = new SearchClock(pulse, task.seconds);
  const bounds = boundsOf(task, clock, pulse);
  const symmetry = task.symmetry && system.representatives !== undefined;
  const result = explorePacked(system, { ...bounds, symmetry });
  const { depth, complete, cut, bytes, open } = result;
  return {
    scenario: id,
    title,
    model: null,
    parameters,
    ...countsOf(result),
    depth,
    complete,
    cut,
    open,
    growing: [],
    bounds: [],
    verdicts: packedVerdicts(system, result),
    violations: [],
    bytes,
    seconds: clock.seconds,
  };
};
