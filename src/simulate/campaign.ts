import type { AnyProperty, Outcome, Parameters, Strength, Verdict } from "../check/index.ts";
import { hashWord, Odometer, type SystemModel } from "../model/index.ts";
import type { Prepared } from "./prepare.ts";
import { replayString } from "./replay-string.ts";
import { eventsMaxDefault, type RunOptions, type RunSource, runOnce, runWith } from "./run.ts";
import type { RunResult } from "./run-input.ts";
import { type Counterexample, shrink } from "./shrink.ts";

/** How many runs, and how they are looked at. */
export interface CampaignOptions extends RunOptions {
  readonly seed?: number;
  readonly runs?: number;
  /** Enumerate every choice instead of drawing seeds. */
  readonly exhaustive?: boolean;
  readonly crashesMax?: number;
  readonly lossesMax?: number;
  /** True once no more time should be spent. Pure rooms have no clock: the host brings one. */
  readonly expired?: () => boolean;
  /** The same for shrinking what was found, which comes after the runs; `expired` when absent. */
  readonly shrinkExpired?: () => boolean;
  /** Called after each run, with how many properties are violated so far, and which by id. */
  readonly progress?: (runs: number, violated: number, broken: ReadonlyMap<string, unknown>) => void;
  /** Runs that shrinking one counterexample may take; 0 leaves it as found. */
  readonly shrinkRunsMax?: number;
  /** Go on after a violation, to see which other properties break; without it the campaign ends when all that can break has. */
  readonly first?: string;
}

/** What a campaign found. */
export interface CampaignResult {
  readonly scenario: string;
  readonly model: SystemModel;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly runs: number;
  /** Of the single run, or over all run hashes in seed order. */
  readonly hash: number;
  readonly complete: boolean;
  readonly verdicts: readonly Verdict[];
  readonly counterexamples: ReadonlyMap<string, Counterexample>;
  /** How often each fault struck. */
  readonly struck: ReadonlyMap<string, number>;
  /** How often each marked path was taken. */
  readonly marks: ReadonlyMap<string, number>;
  /** The first run's source, for a trace. */
  readonly firstSource: RunSource;
  readonly events: number;
  readonly deliveries: number;
}

const runsDefault = 1_000;
const exhaustiveRunsMax = 50_000_000;

/** The tally of a campaign. */
class Tally {
  readonly found: Map<string, { readonly source: RunSource; readonly events: number }[]> = new Map();
  /** In how many runs patience was too short to tell, with what was owed in the first of them. */
  readonly overdue: Map<string, { readonly runs: number; readonly clause: string }> = new Map();
  readonly exercised: Map<string, number> = new Map();
  readonly struck: Map<string, number> = new Map();
  readonly marks: Map<string, number> = new Map();
  runs = 0;
  /** The how-manieth run was the first to violate anything; 0 while none was. */
  firstViolation = 0;
  budgetSpent = 0;
  hash = 0;
  events = 0;
  deliveries = 0;
  firstSource: RunSource | null = null;
  /** Liveness properties whose premise occurred in runs that were not fair to their end. */
  readonly unjudged: Set<string> = new Set();
  readonly #liveness: ReadonlySet<string>;

  constructor(liveness: readonly string[]) {
    this.#liveness = new Set(liveness);
  }

  add(source: RunSource, result: RunResult): void {
    this.firstSource ??= source;
    this.hash =
      this.runs === 0
        ? result.hash
        : this.runs === 1
          ? hashWord(hashWord(0, this.hash), result.hash)
          : hashWord(this.hash, result.hash);
    this.runs++;
    this.events += result.events;
    this.deliveries += result.deliveries;
    if (result.ended === "budget") this.budgetSpent++;
    for (const [id, count] of result.exercised) {
      // Liveness is put to the test only in a run that was fair to its end.
      const counts = result.judged || !this.#liveness.has(id) || result.violations.some((one) => one.property === id);
      this.exercised.set(id, (this.exercised.get(id) ?? 0) + (counts ? count : 0));
      if (!counts && count > 0) this.unjudged.add(id);
    }
    for (const [mark, count] of result.marks) this.marks.set(mark, (this.marks.get(mark) ?? 0) + count);
    for (const [fault, count] of result.struck) this.struck.set(fault, (this.struck.get(fault) ?? 0) + count);
    for (const { property } of result.violations) this.#violates(property, source, result.events);
    for (const { property, clause } of result.overdue) {
      const before = this.overdue.get(property);
      this.overdue.set(property, { runs: (before?.runs ?? 0) + 1, clause: before?.clause ?? clause });
    }
  }

  #violates(property: string, source: RunSource, events: number): void {
    if (this.firstViolation === 0) this.firstViolation = this.runs;
    const [first, ...others] = this.found.get(property) ?? [];
    const start = { source, events };
    // The first one is certain, and stays.
    const more = first === undefined ? [] : [...others, start].sort((a, b) => a.events - b.events);
    this.found.set(property, [first ?? start, ...more].slice(0, startsMax));
  }
}

/** Of the violating runs the shortest few are kept: shrinking is greedy, and the best start is not known before. */
const startsMax = 8;
/** Runs that a search for one property goes on after the first violation, for better starts. */
const runsAfterFirst = 200;

const runSeeds = (prepared: Prepared, options: CampaignOptions, tally: Tally): boolean => {
  const first = options.seed ?? 1;
  const runs = options.runs ?? runsDefault;
  for (let at = 0; at < runs; at++) {
    if (at > 0 && options.expired?.() === true) return false;
    const source: RunSource = { kind: "seed", seed: first + at, edits: [] };
    tally.add(source, runOnce(prepared, source, options));
    options.progress?.(tally.runs, tally.found.size, tally.found);
    if (done(prepared, options, tally)) return true;
  }
  return true;
};

/** Nothing more can be learnt: the property looked for broke, or all did. */
const done = ({ setup }: Prepared, { first }: CampaignOptions, tally: Tally): boolean =>
  first === undefined
    ? tally.found.size > 0 && setup.properties.every(({ id }) => tally.found.has(id))
    : (tally.found.get(first)?.length ?? 0) >= startsMax ||
      (tally.found.has(first) && tally.runs >= tally.firstViolation + runsAfterFirst);

const runAll = (prepared: Prepared, options: CampaignOptions, tally: Tally): boolean => {
  const odometer = new Odometer();
  const crashesMax =
    options.crashesMax ??
    prepared.setup.faults?.crashes ??
    (prepared.model.nodes === "byzantine" ? 0 : (prepared.setup.f ?? 0));
  const lossesMax = options.lossesMax ?? (prepared.model.network === "reliable" ? 0 : 1);
  do {
    if (
      tally.runs >= Math.min(options.runs ?? exhaustiveRunsMax, exhaustiveRunsMax) ||
      (tally.runs > 0 && options.expired?.() === true)
    )
      return false;
    const shape: RunSource = { kind: "path", path: [], crashesMax, lossesMax };
    const result = runWith(prepared, shape, odometer, { ...options, eventsMax: options.eventsMax ?? 10_000 });
    tally.add({ ...shape, path: odometer.path() }, result);
    options.progress?.(tally.runs, tally.found.size, tally.found);
    if (done(prepared, options, tally)) return false;
  } while (odometer.next());
  return tally.budgetSpent === 0;
};

/**
 * Runs a scenario under many seeds, or under every choice there is, and gives a verdict on each property: with its
 * strength, how often its premise occurred, and on a violation a shrunk run.
 */
export const runCampaign = (prepared: Prepared, options: CampaignOptions = {}): CampaignResult => {
  const tally = new Tally(prepared.setup.properties.flatMap(({ id, kind }) => (kind === "liveness" ? [id] : [])));
  const exhaustive = options.exhaustive ?? false;
  // A run goes on after a violation, or a property that breaks early would hide one that breaks late.
  const watching: CampaignOptions = {
    ...options,
    stopAtViolation: options.stopAtViolation ?? options.first ?? false,
    // Known to break: whether it breaks in a further run too is looked at again before that run is shown.
    whenOwed: (property) => (tally.found.has(property) ? "broken" : "wait"),
  };
  const complete = exhaustive ? runAll(prepared, watching, tally) : runSeeds(prepared, watching, tally);
  const counterexamples = new Map<string, Counterexample>();
  for (const [property, starts] of tally.found) {
    const best = shortest(prepared, property, starts, options);
    if (best !== undefined) counterexamples.set(property, best);
  }
  const all: readonly { readonly id: string; readonly kind: AnyProperty["kind"]; readonly text: string }[] = [
    ...prepared.setup.properties,
    ...throwing(tally),
  ];
  return {
    scenario: prepared.scenario.id,
    model: prepared.model,
    parameters: prepared.parameters,
    seed: options.seed ?? 1,
    runs: tally.runs,
    hash: tally.hash >>> 0,
    complete,
    verdicts: all.map((property) =>
      verdictOn(property, prepared, tally, counterexamples.get(property.id), {
        exhaustive,
        complete,
        code: options.code ?? "unknown",
      }),
    ),
    counterexamples,
    struck: tally.struck,
    marks: tally.marks,
    firstSource: tally.firstSource ?? { kind: "seed", seed: options.seed ?? 1, edits: [] },
    events: tally.events,
    deliveries: tally.deliveries,
  };
};

/** The shortest run that shrinking reaches from several starts. */
const shortest = (
  prepared: Prepared,
  property: string,
  starts: readonly { readonly source: RunSource }[],
  options: CampaignOptions,
): Counterexample | undefined => {
  const runsMax = options.shrinkRunsMax ?? 2_000;
  const expired = options.shrinkExpired ?? options.expired;
  const attempt = (source: RunSource, share: number): Counterexample | undefined =>
    shrink(
      prepared,
      source,
      property,
      { runsMax: Math.ceil(runsMax * share), ...(expired === undefined ? {} : { expired }) },
      options,
    );
  // Half of the runs find the best of the starts, the other half goes on from there.
  const reached = starts.flatMap(({ source }) => attempt(source, 0.5 / starts.length) ?? []);
  const [best] = reached.sort((a, b) => a.events - b.events);
  return best === undefined ? undefined : (attempt(best.source, 0.5) ?? best);
};

/** A protocol that throws is at fault itself: the verdict says so under a name of its own. */
const throwing = (tally: Tally): readonly { readonly id: string; readonly kind: "safety"; readonly text: string }[] =>
  tally.found.has("protocol") ? [{ id: "protocol", kind: "safety", text: "No handler throws." }] : [];

const unknownClause = (
  exercised: number,
  overdue: { readonly runs: number; readonly clause: string } | undefined,
  unjudged: boolean,
): { readonly clause?: string } => {
  if (exercised === 0 && unjudged)
    return { clause: "never put to the test: every run with its premise ended early, or more failed than is survived" };
  if (exercised === 0) return { clause: "never exercised: its premise did not occur" };
  if (overdue === undefined) return {};
  const where = overdue.runs === 1 ? "in one run" : `in ${overdue.runs} runs`;
  return { clause: `patience too short ${where}, where what is owed may only need longer: ${overdue.clause}` };
};

const verdictOn = (
  { id, kind, text }: { readonly id: string; readonly kind: AnyProperty["kind"]; readonly text: string },
  prepared: Prepared,
  tally: Tally,
  counterexample: Counterexample | undefined,
  { exhaustive, complete, code }: { readonly exhaustive: boolean; readonly complete: boolean; readonly code: string },
): Verdict => {
  const exercised = tally.exercised.get(id) ?? 0;
  const first = tally.found.get(id)?.[0];
  if (first !== undefined) {
    const { events, violation, source } = counterexample ?? { ...first, violation: null };
    const replay = replayString({
      scenario: prepared.scenario.id,
      code,
      model: prepared.model,
      parameters: prepared.parameters,
      source,
      property: id,
      mutant: prepared.mutant,
    });
    return {
      property: id,
      kind,
      text,
      verdict: "violated",
      strength: { by: "counterexample", events },
      exercised,
      clause:
        violation?.clause ??
        "broken in a run that does not come again from its choices: the protocol or the property depends on something else",
      replay,
    };
  }
  const { runs } = tally;
  const overdue = tally.overdue.get(id);
  const unfinished =
    overdue !== undefined || (exhaustive && !complete) || (kind === "liveness" && tally.budgetSpent > 0);
  const strength: Strength = unfinished ? { by: "budget", runs } : { by: exhaustive ? "exhaustive" : "seeds", runs };
  const verdict: Outcome = unfinished || exercised === 0 ? "unknown" : "holds";
  return {
    property: id,
    kind,
    text,
    verdict,
    strength,
    exercised,
    ...unknownClause(exercised, overdue, tally.unjudged.has(id)),
  };
};

export { eventsMaxDefault };
