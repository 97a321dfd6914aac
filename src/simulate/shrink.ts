import { type Decision, type Edit, edited, following, recording, seeded } from "../model/index.ts";
import { countEvents, sliceOf } from "./counted-events.ts";
import type { Prepared } from "./prepare.ts";
import type { Violation } from "./recorder.ts";
import { type RunOptions, type RunSource, runWith } from "./run.ts";
import type { RunResult, WhenOwed } from "./run-input.ts";

/** A run that violates a property, as short as it was found. */
export interface Counterexample {
  readonly source: RunSource;
  readonly violation: Violation;
  readonly result: RunResult;
  /** How many events of the run count. */
  readonly events: number;
  /** The events to draw. */
  readonly slice: ReadonlySet<number>;
  /** How many runs the shrinking took. */
  readonly runs: number;
}

/** How long shrinking may go on. */
export interface ShrinkBudget {
  readonly runsMax: number;
  /** True once no more time should be spent; asked between runs. */
  readonly expired?: () => boolean;
}

interface Attempt {
  readonly counterexample: Counterexample;
  readonly decisions: readonly Decision[];
}

const kindOf = (prepared: Prepared, property: string): "safety" | "liveness" =>
  prepared.setup.properties.find(({ id }) => id === property)?.kind ?? "safety";

/** One run with edits; undefined unless it violates the same property. */
const attempt = (
  prepared: Prepared,
  source: RunSource,
  property: string,
  options: RunOptions,
  whenOwed: WhenOwed = "wait",
): Attempt | undefined => {
  const decisions: Decision[] = [];
  let ownDecisions = Number.POSITIVE_INFINITY;
  const base = source.kind === "seed" ? edited(seeded(source.seed), source.edits) : following(source.path);
  const result = runWith(prepared, source, recording(base, decisions), {
    ...options,
    stopAtViolation: property,
    trace: true,
    whenOwed: (owed) => (owed === property ? whenOwed : "open"),
    atPatience: () => {
      ownDecisions = decisions.length;
    },
  });
  decisions.length = Math.min(ownDecisions, decisions.length);
  const violation = result.violations.find(({ property: broken }) => broken === property);
  if (violation === undefined || result.trace === null) return undefined;
  const kind = kindOf(prepared, property);
  const slice = sliceOf(result.trace, violation.events, kind);
  return {
    counterexample: { source, violation, result, events: countEvents(result.trace, slice), slice, runs: 0 },
    decisions,
  };
};

/** A concern of which decisions are taken out, and the value that takes one out. */
interface Pass {
  readonly matches: (decision: Decision, lateIsLegal: boolean) => boolean;
  readonly value: number;
}

/** Calls and faults: taking one out takes much with it. */
const coarse: readonly Pass[] = [
  { matches: ({ name, value }) => name === "omit-call" && value === 0, value: 1 },
  { matches: ({ name, value }) => (name === "swarm" || name === "fault") && value !== 0, value: 0 },
  {
    matches: ({ name, value }) => ["forge", "duplicate", "loss", "lie", "face"].includes(name) && value !== 0,
    value: 0,
  },
];

/** Timers that do not matter: they come later than the run lasts, where timing allows that. */
const lateTimers: Pass = {
  matches: ({ name, value }, lateIsLegal) => lateIsLegal && name === "timer never" && value === 0,
  value: 1,
};
/** The same, of messages too. */
const late: readonly Pass[] = [
  { matches: ({ name, value }, lateIsLegal) => lateIsLegal && name === "never" && value === 0, value: 1 },
  lateTimers,
];

const structural: readonly string[] = ["never", "timer never", "omit-call", "swarm", "fault", "traitor"];

/** Every other draw: towards the harmless alternative. */
const rest: readonly Pass[] = [
  {
    matches: ({ name, value }) => value !== 0 && !structural.includes(name) && !name.startsWith("workload/"),
    value: 0,
  },
];

/** The same run with nothing late by edit. */
const afresh = (source: RunSource): RunSource =>
  source.kind === "seed" ? { ...source, edits: source.edits.filter(({ name }) => !name.endsWith("never")) } : source;

const editOf = ({ name, which, count }: Decision, value: number): Edit => ({ name, which, count, value });

/**
 * Makes a violating run shorter, keeping the same violated property: calls are left out, faults taken away, messages and
 * timers delayed past the end (where the model allows that), every other draw set to its harmless alternative; in chunks
 * that halve (Zeller and Hildebrandt 2002, delta debugging), until nothing more helps or the budget is spent.
 */
export const shrink = (
  prepared: Prepared,
  source: RunSource,
  property: string,
  budget: ShrinkBudget,
  options: RunOptions = {},
): Counterexample | undefined => {
  const first = attempt(prepared, source, property, options);
  if (first === undefined) return undefined;
  if (kindOf(prepared, property) === "safety") return new Shrinker(prepared, first, property, budget, options).shrink();
  // Waiting for what never comes takes long. The first run was waited for; that the last one is right is seen at its end.
  const trusting = new Shrinker(prepared, first, property, budget, options, "broken").shrink();
  const confirmed = attempt(prepared, trusting.source, property, options) !== undefined;
  return confirmed ? trusting : new Shrinker(prepared, first, property, budget, options).shrink();
};

class Shrinker {
  readonly #prepared: Prepared;
  readonly #property: string;
  readonly #budget: ShrinkBudget;
  readonly #options: RunOptions;
  readonly #lateIsLegal: boolean;
  readonly #whenOwed: WhenOwed;
  #best: Attempt;
  #runs = 1;

  constructor(
    prepared: Prepared,
    first: Attempt,
    property: string,
    budget: ShrinkBudget,
    options: RunOptions,
    whenOwed: WhenOwed = "wait",
  ) {
    this.#prepared = prepared;
    this.#property = property;
    this.#budget = budget;
    this.#options = options;
    this.#best = first;
    this.#whenOwed = whenOwed;
    this.#lateIsLegal = prepared.model.timing !== "synchronous" && kindOf(prepared, property) === "safety";
  }

  shrink(): Counterexample {
    if (this.#best.counterexample.source.kind === "seed") this.#shrinkEdits();
    else this.#shrinkPath();
    const { counterexample, decisions } = this.#best;
    return { ...counterexample, runs: this.#runs, source: withoutIdleEdits(counterexample.source, decisions) };
  }

  get #spent(): boolean {
    return this.#runs >= this.#budget.runsMax || this.#budget.expired?.() === true;
  }

  get #events(): number {
    return this.#best.counterexample.events;
  }

  #shrinkEdits(): void {
    for (let before = Number.POSITIVE_INFINITY; this.#events < before && !this.#spent; ) {
      before = this.#events;
      this.#round([...coarse, ...late, ...rest]);
      this.#halve();
      if (this.#events === before) this.#detour();
    }
  }

  #round(passes: readonly Pass[]): void {
    for (const { matches, value } of passes) {
      const targets = this.#best.decisions.filter((decision) => matches(decision, this.#lateIsLegal));
      const edits = targets.map((decision) => editOf(decision, value));
      removeChunks(
        edits,
        (chunk) => this.#accepts(this.#withEdits(chunk)),
        () => this.#spent,
      );
    }
  }

  /**
   * A way round a local minimum: take one call, fault or timer out although the run gets longer (without a crash the
   * timers go on; without a retry its first message must come), take out what then does not matter, and keep the result
   * if it is shorter in the end.
   */
  #detour(): void {
    for (const { matches, value } of [...coarse, lateTimers]) {
      for (const decision of this.#best.decisions.filter((taken) => matches(taken, this.#lateIsLegal))) {
        if (this.#spent) return;
        const before = this.#best;
        const edit = editOf(decision, value);
        // Without a crash a link's third message is another one: which are late is then looked for afresh.
        const tried = this.#try(this.#withEdits([edit])) ?? this.#try(withEdits(afresh(this.#source), [edit]));
        if (tried === undefined) continue;
        this.#best = tried;
        this.#round([...late, ...rest]);
        if (this.#events >= before.counterexample.events) this.#best = before;
      }
    }
  }

  /** Times that cannot be the earliest may still be earlier: draws with many alternatives go down by halves. */
  #halve(): void {
    const targets = this.#best.decisions.filter(
      ({ name, value, alternatives }) => value > 1 && alternatives > 8 && !name.startsWith("workload/"),
    );
    for (const decision of targets) {
      let lower = Math.floor(decision.value / 2);
      for (let step = lower; step >= 1 && !this.#spent; step = Math.floor(step / 2)) {
        const accepted = this.#accepts(this.#withEdits([editOf(decision, lower)]));
        lower = accepted ? lower - Math.ceil(step / 2) : lower + Math.floor(step / 2);
      }
    }
  }

  /** Digits of an exhaustive run: stretches are cut out, or set to the first alternative. */
  #shrinkPath(): void {
    for (let round = 0; round < 2 && !this.#spent; round++) {
      for (
        let length = Math.ceil(this.#path.length / 2);
        length >= 1 && !this.#spent;
        length = Math.floor(length / 2)
      ) {
        for (let from = 0; from < this.#path.length && !this.#spent; from += length) this.#cut(from, from + length);
      }
    }
  }

  #cut(from: number, to: number): void {
    const path = this.#path;
    if (this.#accepts(this.#withPath([...path.slice(0, from), ...path.slice(to)]))) return;
    if (path.slice(from, to).every((digit) => digit === 0)) return;
    this.#accepts(this.#withPath(path.map((digit, at) => (at >= from && at < to ? 0 : digit))));
  }

  get #path(): readonly number[] {
    const { source } = this.#best.counterexample;
    return source.kind === "path" ? source.path : [];
  }

  #withPath(path: readonly number[]): RunSource {
    const { source } = this.#best.counterexample;
    return source.kind === "path" ? { ...source, path } : source;
  }

  get #source(): RunSource {
    return this.#best.counterexample.source;
  }

  #withEdits(edits: readonly Edit[]): RunSource {
    return withEdits(this.#source, edits);
  }

  #try(source: RunSource): Attempt | undefined {
    this.#runs++;
    return attempt(this.#prepared, source, this.#property, this.#options, this.#whenOwed);
  }

  #accepts(source: RunSource): boolean {
    const tried = this.#try(source);
    if (tried === undefined || tried.counterexample.events > this.#events) return false;
    this.#best = tried;
    return true;
  }
}

/** Tries a list whole, then in halves, quarters …: what works stays. */
const removeChunks = (
  edits: readonly Edit[],
  works: (chunk: readonly Edit[]) => boolean,
  spent: () => boolean,
): void => {
  let untried = [...edits];
  for (let length = untried.length; length >= 1 && !spent(); length = Math.floor(length / 2)) {
    const left: Edit[] = [];
    for (let from = 0; from < untried.length; from += length) {
      const chunk = untried.slice(from, from + length);
      if (spent() || !works(chunk)) left.push(...chunk);
    }
    untried = left;
  }
};

const same = (a: { readonly name: string; readonly which: number; readonly count: number }, b: typeof a): boolean =>
  a.name === b.name && a.which === b.which && a.count === b.count;

const merge = (edits: readonly Edit[], more: readonly Edit[]): Edit[] => [
  ...edits.filter((edit) => !more.some((other) => same(edit, other))),
  ...more,
];

const withEdits = (source: RunSource, edits: readonly Edit[]): RunSource =>
  source.kind === "seed" ? { ...source, edits: merge(source.edits, edits) } : source;

/** Edits of decisions that the shrunk run never asks for say nothing: the replay string is shorter without them. */
const withoutIdleEdits = (source: RunSource, decisions: readonly Decision[]): RunSource =>
  source.kind === "seed"
    ? { ...source, edits: source.edits.filter((edit) => decisions.some((decision) => same(edit, decision))) }
    : source;
