import type { Inspection, Parameters } from "../check/index.ts";
import type { SystemModel } from "../model/index.ts";
import { type Goal, type Prepared, UsageError } from "../simulate/index.ts";
import { counterexampleOf, type ExploredRun, runOf } from "./counterexample.ts";
import { describeState } from "./describe-state.ts";
import { type Exploration, partsOf, safetyOf } from "./exploration.ts";
import { boundsOf, type ExploreOptions } from "./explore-options.ts";
import { initialStates, type Origin } from "./initial-states.ts";
import { type Cut, Search } from "./search.ts";
import { beginAll, inputOf } from "./search-setup.ts";
import { atDepth, atNodes, atNumber } from "./state-layout.ts";

/** What to reach, one picture after the other, and what then. */
export interface ReachOptions extends Omit<ExploreOptions, "symmetry" | "reduction" | "first" | "goesOn"> {
  /** Ids of goals of the scenario: each search begins where the one before it arrived. */
  readonly stages: readonly string[];
  /** After the last of them: stop, or look from there for a run that breaks a safety property. Default: stop. */
  readonly beyond?: "stop" | "violation";
  /** Arrivals at one picture, all by shortest ways, from which the next search sets out. Default 2,000. */
  readonly arrivalsMax?: number;
}

/** How the search for one picture went. */
export interface StageReport {
  readonly id: string;
  readonly text: string;
  readonly reached: boolean;
  /** States from which it set out, and states in which it arrived. */
  readonly departures: number;
  readonly arrivals: number;
  readonly distinct: number;
  readonly generated: number;
  /** Steps of this search alone. */
  readonly depth: number;
  readonly cut: Cut | null;
  /** States whose steps were not taken. */
  readonly open: number;
}

/** What a search in stages found. */
export interface ReachResult {
  readonly scenario: string;
  readonly model: SystemModel;
  readonly parameters: Parameters;
  /** `reached`: here is the run. `violated`: a property broke, on the way or beyond. `no`: no run leads there. */
  readonly outcome: "reached" | "violated" | "no" | "unknown";
  readonly stages: readonly StageReport[];
  /** To the last picture, or to the violation. */
  readonly run: ExploredRun | null;
  readonly distinct: number;
  readonly generated: number;
  /** What was taken for impossible, in words, and which steps were left out. */
  readonly bounds: readonly string[];
  readonly prunes: readonly string[];
  /** Where nothing was reached: the state that the search began with, and one of those that were still open. */
  readonly start: readonly string[];
  readonly frontier: readonly string[];
}

const arrivalsMaxDefault = 2_000;

type Schedule = readonly (readonly [event: number, how: number])[];

/** A state to set out from: how it was reached, and as the search before wrote it down; null at the beginning. */
interface Departure {
  readonly origin: Origin;
  readonly schedule: Schedule;
  readonly record: Int32Array | null;
}

/** What broke on the way. */
interface Violated {
  readonly property: number;
  readonly schedule: Schedule;
  readonly origin: Origin;
}

/** States in which a search arrived, those by the shortest ways. */
class Arrivals {
  readonly records: Int32Array[] = [];
  readonly #goal: Goal;
  readonly #lookInto: (record: Int32Array) => Inspection;
  readonly #max: number;
  #depth = -1;

  constructor(goal: Goal, lookInto: (record: Int32Array) => Inspection, max: number) {
    this.#goal = goal;
    this.#lookInto = lookInto;
    this.#max = max;
  }

  /** Looks at a new state. */
  look(record: Int32Array): "goes on" | "is left" | "ends" {
    if (this.#depth >= 0 && record[atDepth]! > this.#depth) return "ends";
    const look = this.#lookInto(record);
    if (!this.#goal.reached(look)) return this.#goal.avoids?.states(look) === true ? "is left" : "goes on";
    this.#depth = record[atDepth]!;
    this.records.push(record.slice());
    return this.records.length >= this.#max ? "ends" : "goes on";
  }
}

const goalOf = ({ setup, scenario }: Prepared, id: string): Goal => {
  const goals = setup.goals ?? [];
  const found = goals.find((goal) => goal.id === id);
  if (found !== undefined) return found;
  const there =
    goals.length === 0 ? "it has none: add goals to its setup" : `it has ${goals.map((goal) => goal.id).join(", ")}`;
  throw new UsageError(`scenario ${scenario.id} has no goal "${id}"; ${there}`);
};

/** One search of several: from some states to a picture, or to a violation. */
class Stage {
  readonly search: Search;
  readonly arrivals: Arrivals | null;
  violated: Violated | null = null;
  readonly #departures: readonly Departure[];
  /** By number of a state to begin with. */
  readonly #starts: Departure[] = [];

  constructor(
    parts: Exploration,
    options: ReachOptions,
    departures: readonly Departure[],
    goal: Goal | null,
    arrivalsMax: number,
  ) {
    const input = inputOf(parts, options);
    const { nodes } = input;
    const lookInto = (record: Int32Array): Inspection =>
      input.lookInto(Array.from(record.subarray(atNodes, atNodes + nodes)));
    this.arrivals = goal === null ? null : new Arrivals(goal, lookInto, arrivalsMax);
    this.#departures = departures;
    this.search = new Search({
      ...input,
      onNew: this.arrivals === null ? null : (record) => this.arrivals!.look(record),
      broke: ([first], parent, event, how) => {
        const { origin, schedule } = this.#wayTo(parent);
        this.violated ??= { property: first!.property, origin, schedule: [...schedule, [event, how]] };
        return true;
      },
    });
    this.#begin(parts);
  }

  #begin(parts: Exploration): void {
    for (const departure of this.#departures) {
      const before = this.search.distinct;
      if (departure.record === null) beginAll(this.search, parts, [departure.origin], null);
      else this.search.addRecord(departure.record);
      if (this.search.distinct > before) this.#starts.push(departure);
    }
  }

  #wayTo(number: number): { readonly origin: Origin; readonly schedule: Schedule } {
    const { start, steps } = this.search.paths.to(number);
    const { origin, schedule } = this.#starts[start]!;
    return { origin, schedule: [...schedule, ...steps] };
  }

  /** The states in which it arrived, as those to set out from. */
  get reached(): readonly Departure[] {
    return (this.arrivals?.records ?? []).map((record) => ({ ...this.#wayTo(record[atNumber]!), record }));
  }

  report({ id, text }: Pick<Goal, "id" | "text">): StageReport {
    const { distinct, generated, depth, cut, open } = this.search;
    const arrivals = this.arrivals?.records.length ?? 0;
    const departures = this.#starts.length;
    return { id, text, reached: arrivals > 0, departures, arrivals, distinct, generated, depth, cut, open };
  }
}

/** Everything that left out steps, in words. */
const prunesOf = (
  { settled }: Exploration,
  goals: readonly Goal[],
  { stages, beyond }: ReachOptions,
  arrivalsMax: number,
): readonly string[] => {
  const prunes = settled.prunesNoOps ? ["a delivery that changes nothing and sends nothing is no step"] : [];
  if (settled.ordersTimers) prunes.push("of two timers of one process the one that is surely due first fires first");
  for (const { id, avoids } of goals)
    if (avoids !== undefined)
      prunes.push(`on the way to ${id} a search does not go on from states where ${avoids.text}`);
  if (stages.length > 1 || beyond === "violation")
    prunes.push(
      `each stage sets out from the states in which the one before arrived by a shortest way, ${arrivalsMax} at most: what is not reached so may still be reachable`,
    );
  return prunes;
};

/**
 * Searches for a run that leads from picture to picture: "three of five acceptors hold ballot 5.1, and later another one
 * accepts another value". A search that is told on the way what a bug looks like half-way gets far deeper than one that
 * must find it in one go. What is found is a run; what is not found in more than one stage is not proved impossible.
 *
 * @throws UsageError for a goal that the scenario does not have.
 */
export const reach = (prepared: Prepared, options: ReachOptions): ReachResult => {
  const goals = options.stages.map((id) => goalOf(prepared, id));
  const beyond = options.beyond === "violation";
  if (goals.length === 0) throw new UsageError("name at least one goal to reach");
  const watched = beyond ? safetyOf(prepared.setup.properties) : [];
  return new Reaching(partsOf(prepared, options, watched), options, goals, beyond).run();
};

class Reaching {
  readonly #parts: Exploration;
  readonly #options: ReachOptions;
  readonly #goals: readonly Goal[];
  readonly #beyond: boolean;
  readonly #arrivalsMax: number;
  readonly #reports: StageReport[] = [];

  constructor(parts: Exploration, options: ReachOptions, goals: readonly Goal[], beyond: boolean) {
    this.#parts = parts;
    this.#options = options;
    this.#goals = goals;
    this.#beyond = beyond;
    this.#arrivalsMax = options.arrivalsMax ?? arrivalsMaxDefault;
  }

  run(): ReachResult {
    const origins = initialStates(this.#parts);
    let departures: readonly Departure[] = origins.map((origin) => ({ origin, schedule: [], record: null }));
    for (const [at, goal] of this.#goals.entries()) {
      const isLast = at === this.#goals.length - 1 && !this.#beyond;
      const stage = new Stage(this.#parts, this.#options, departures, goal, isLast ? 1 : this.#arrivalsMax);
      stage.search.run();
      this.#reports.push(stage.report(goal));
      if (stage.violated !== null) return this.#violated(stage.violated);
      const { reached } = stage;
      if (reached.length === 0) return this.#missed(stage, origins);
      if (isLast) return this.#result("reached", { run: this.#told(goal, reached[0]!) });
      departures = reached;
    }
    const last = new Stage(this.#parts, this.#options, departures, null, 0);
    last.search.run();
    this.#reports.push(last.report({ id: "violation", text: "a property breaks" }));
    return last.violated === null ? this.#missed(last, origins) : this.#violated(last.violated);
  }

  #told({ id, text }: Goal, { origin, schedule }: Departure): ExploredRun {
    return runOf(this.#parts, origin, schedule, { id, text, code: this.#options.code ?? "unknown" });
  }

  #violated({ property, origin, schedule }: Violated): ReachResult {
    const { setup } = this.#parts.prepared;
    const id = property < 0 ? "protocol" : safetyOf(setup.properties)[property]!.id;
    const told = { property: id, kind: "safety", code: this.#options.code ?? "unknown" } as const;
    return this.#result("violated", { run: counterexampleOf(this.#parts, origin, schedule, told) });
  }

  /** Whoever asks for a state that was not reached wants to see what was: the beginning, and how far it came. */
  #missed({ search }: Stage, origins: readonly Origin[]): ReachResult {
    const [first] = origins;
    const record = search.lastRecord();
    const nodes = this.#parts.steps.nodes.length;
    const items = record === null ? [] : Array.from(record.subarray(atNodes + nodes + 1));
    const locals = record === null ? [] : Array.from(record.subarray(atNodes, atNodes + nodes));
    const avoids = this.#goals[0]?.avoids !== undefined;
    const whole = search.cut === null && this.#reports.length === 1 && !this.#beyond && !avoids;
    return this.#result(whole ? "no" : "unknown", {
      start: first === undefined ? [] : describeState(this.#parts, first.locals, first.messages),
      frontier: describeState(this.#parts, locals, items),
    });
  }

  #result(outcome: ReachResult["outcome"], found: Partial<ReachResult>): ReachResult {
    const { scenario, model, parameters } = this.#parts.prepared;
    return {
      scenario: scenario.id,
      model,
      parameters,
      outcome,
      stages: this.#reports,
      run: null,
      distinct: this.#reports.reduce((sum, { distinct }) => sum + distinct, 0),
      generated: this.#reports.reduce((sum, { generated }) => sum + generated, 0),
      bounds: boundsOf(this.#parts.prepared, this.#parts.settled),
      prunes: prunesOf(this.#parts, this.#goals, this.#options, this.#arrivalsMax),
      start: [],
      frontier: [],
      ...found,
    };
  }
}
