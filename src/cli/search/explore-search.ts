import type { Verdict } from "../../check/index.ts";
import {
  type ExploreOptions,
  type ExploreResult,
  explore,
  explorePacked,
  type PackedResult,
  type PackedSystem,
} from "../../explore/index.ts";
import { prepare } from "../../simulate/index.ts";
import { writeTrace } from "../../trace/index.ts";
import { SearchClock } from "./clock.ts";
import { drawViolation, rowsShownOfMany } from "./draw-violation.ts";
import { asReplayable, type Loaded } from "./load-scenario.ts";
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

/** The parts of a search's options that have to do with time and memory. */
const boundsOf = (
  { megabytes }: ExploreTask,
  clock: SearchClock,
  pulse: Int32Array,
): Required<Pick<ExploreOptions, "expired" | "progress" | "bytesMax">> => ({
  bytesMax: megabytes * bytesAMegabyte,
  expired: clock.options().expired!,
  progress: (distinct, generated, open) => {
    clock.progress(distinct, 0);
    Atomics.store(pulse, pulseGenerated, Math.floor(generated / 1_000));
    Atomics.store(pulse, pulseOpen, Math.floor(open / 1_000));
  },
});

const whatIsSet = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

const optionsOf = (task: ExploreTask, clock: SearchClock, pulse: Int32Array): ExploreOptions => {
  const { budgets, depth, depthFirst, carries, symmetry, code } = task;
  return {
    ...boundsOf(task, clock, pulse),
    ...whatIsSet({
      crashesMax: budgets.crashes,
      lossesMax: budgets.losses,
      duplicatesMax: budgets.duplicates,
      timeoutsMax: budgets.timeouts,
      depthMax: depth,
      network: carries,
    }),
    order: depthFirst ? "depth-first" : "breadth-first",
    symmetry: symmetry ? "where possible" : false,
    code,
  };
};

const drawn = ({ counterexamples }: ExploreResult, { drawing }: ExploreTask): readonly DrawnViolation[] =>
  [...counterexamples.values()].map(({ property, clause, trace, slice, faulty }) => ({
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
  const prepared = prepare(asReplayable(loaded), task.set, task.change);
  note(noteOf(loaded, prepared));
  const clock = new SearchClock(pulse, task.seconds);
  const result = explore(prepared, optionsOf(task, clock, pulse));
  const { model, parameters, depth, complete, cut, open, growing, bounds, asymmetry, verdicts, calls, bytes } = result;
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
    growing,
    bounds,
    asymmetry,
    verdicts,
    violations: drawn(result, task),
    calls,
    bytes,
    seconds: clock.seconds,
    trace: task.trace ? traceOf(result) : undefined,
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
