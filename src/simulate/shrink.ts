import { type Decision, type Edit, edited, following, recording, seeded } from "../model/index.ts";
import { countEvents, sliceOf } from "./counted-events.ts";
import type { Prepared } from "./prepare.ts";
import type { Violation } from "./recorder.ts";
import { type RunOptions, type RunSource, runWith } from "./run.ts";
import type { RunResult } from "./run-input.ts";

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
const attempt = (prepared: Prepared, source: RunSource, property: string, options: RunOptions): Attempt | undefined => {
  const decisions: Decision[] = [];
  const base = source.kind === "seed" ? edited(seeded(source.seed), source.edits) : following(source.path);
  const result = runWith(prepared, source, recording(base, decisions), { ...options, trace: true });
  const violation = result.violations.find(({ property: broken }) => broken === property);
  if (violation === undefined || result.trace === null) return undefined;
  const kind = kindOf(prepared, property);
  const slice = sliceOf(result.trace, violation.events, kind);
  return {
    counterexample: { source, violation, result, events: countEvents(result.trace, slice), slice, runs: 0 },
    decisions,
  };
};

/** Concerns in the order in which they are taken out: the coarse ones first, since they take much with them. */
const passes: readonly {
  readonly matches: (decision: Decision, lateIsLegal: boolean) => boolean;
  readonly value: number;
}[] = [
  { matches: ({ name, value }) => name === "omit-call" && value === 0, value: 1 },
  { matches: ({ name, value }) => (name === "swarm" || name === "fault") && value !== 0, value: 0 },
  {
    matches: ({ name, value }) => ["forge", "duplicate", "loss", "lie", "face"].includes(name) && value !== 0,
    value: 0,
  },
  { matches: ({ name, value }, lateIsLegal) => lateIsLegal && name === "never" && value === 0, value: 1 },
  {
    matches: ({ name, value }) =>
      value !== 0 &&
      !["never", "omit-call", "swarm", "fault", "traitor"].includes(name) &&
      !name.startsWith("workload/"),
    value: 0,
  },
];

/**
 * Makes a violating run shorter, keeping the same violated property: calls are left out, faults taken away, messages
 * delayed past the end (where the model allows that), every other draw set to its harmless alternative; in chunks that
 * halve (Zeller and Hildebrandt 2002, delta debugging), until nothing more helps or the budget is spent.
 */
export const shrink = (
  prepared: Prepared,
  source: RunSource,
  property: string,
  budget: ShrinkBudget,
  options: RunOptions = {},
): Counterexample | undefined => {
  let best = attempt(prepared, source, property, options);
  if (best === undefined) return undefined;
  let runs = 1;
  const spent = (): boolean => runs >= budget.runsMax || budget.expired?.() === true;
  const attemptWith = (next: RunSource): boolean => {
    runs++;
    const tried = attempt(prepared, next, property, options);
    if (tried === undefined || tried.counterexample.events > best!.counterexample.events) return false;
    best = tried;
    return true;
  };
  if (source.kind === "seed") shrinkEdits(() => best!, attemptWith, spent, prepared);
  else shrinkPath(() => best!, attemptWith, spent);
  const { counterexample } = best;
  return { ...counterexample, runs, source: withoutIdleEdits(counterexample.source, best.decisions) };
};

type Best = () => Attempt;
type AttemptWith = (source: RunSource) => boolean;

const shrinkEdits = (best: Best, attemptWith: AttemptWith, spent: () => boolean, prepared: Prepared): void => {
  const lateIsLegal =
    prepared.model.timing !== "synchronous" && kindOf(prepared, best().counterexample.violation.property) === "safety";
  for (let round = 0; round < 3; round++) {
    const before = best().counterexample.events;
    for (const { matches, value } of passes) {
      const targets = best().decisions.filter((decision) => matches(decision, lateIsLegal));
      const edits = targets.map(({ name, which, count }): Edit => ({ name, which, count, value }));
      removeChunks(
        edits,
        (chunk) => {
          const { source } = best().counterexample;
          return source.kind === "seed" && attemptWith({ ...source, edits: merge(source.edits, chunk) });
        },
        spent,
      );
    }
    halve(best, attemptWith, spent);
    if (best().counterexample.events === before || spent()) return;
  }
};

/** Times that cannot be the earliest may still be earlier: draws with many alternatives go down by halves. */
const halve = (best: Best, attemptWith: AttemptWith, spent: () => boolean): void => {
  const targets = best().decisions.filter(
    ({ name, value, alternatives }) => value > 1 && alternatives > 8 && !name.startsWith("workload/"),
  );
  for (const { name, which, count, value } of targets) {
    for (let lower = Math.floor(value / 2), step = lower; step >= 1 && !spent(); step = Math.floor(step / 2)) {
      const { source } = best().counterexample;
      if (source.kind !== "seed") return;
      lower = attemptWith({ ...source, edits: merge(source.edits, [{ name, which, count, value: lower }]) })
        ? lower - Math.ceil(step / 2)
        : lower + Math.floor(step / 2);
    }
  }
};

const shrinkPath = (best: Best, attemptWith: AttemptWith, spent: () => boolean): void => {
  const pathOf = (): readonly number[] => {
    const { source } = best().counterexample;
    return source.kind === "path" ? source.path : [];
  };
  const attemptPath = (path: readonly number[]): boolean => {
    const { source } = best().counterexample;
    return source.kind === "path" && attemptWith({ ...source, path });
  };
  for (let round = 0; round < 2 && !spent(); round++) {
    for (let length = Math.ceil(pathOf().length / 2); length >= 1 && !spent(); length = Math.floor(length / 2)) {
      for (let from = 0; from < pathOf().length && !spent(); from += length) {
        const path = pathOf();
        if (attemptPath([...path.slice(0, from), ...path.slice(from + length)])) continue;
        if (path.slice(from, from + length).some((digit) => digit !== 0))
          attemptPath(path.map((digit, at) => (at >= from && at < from + length ? 0 : digit)));
      }
    }
  }
};

/** Tries a list whole, then in halves, quarters …: what works stays. */
const removeChunks = (
  edits: readonly Edit[],
  works: (chunk: readonly Edit[]) => boolean,
  spent: () => boolean,
): void => {
  let rest = [...edits];
  for (let length = rest.length; length >= 1 && !spent(); length = Math.floor(length / 2)) {
    const left: Edit[] = [];
    for (let from = 0; from < rest.length; from += length) {
      const chunk = rest.slice(from, from + length);
      if (spent() || !works(chunk)) left.push(...chunk);
    }
    rest = left;
  }
};

const same = (a: { readonly name: string; readonly which: number; readonly count: number }, b: typeof a): boolean =>
  a.name === b.name && a.which === b.which && a.count === b.count;

const merge = (edits: readonly Edit[], more: readonly Edit[]): Edit[] => [
  ...edits.filter((edit) => !more.some((other) => same(edit, other))),
  ...more,
];

/** Edits of decisions that the shrunk run never asks for say nothing: the replay string is shorter without them. */
const withoutIdleEdits = (source: RunSource, decisions: readonly Decision[]): RunSource =>
  source.kind === "seed"
    ? { ...source, edits: source.edits.filter((edit) => decisions.some((decision) => same(edit, decision))) }
    : source;
