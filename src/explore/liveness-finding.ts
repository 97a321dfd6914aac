import type { AnyProperty, Verdict } from "../check/index.ts";
import { assert } from "../model/index.ts";
import { counterexampleOf, type ExploredRun } from "./counterexample.ts";
import type { Exploration } from "./exploration.ts";
import type { Origin } from "./initial-states.ts";
import type { SearchStep } from "./lasso-graph.ts";
import type { Search } from "./search.ts";

/** What a search for a run that stays owing found. */
export interface LivenessFinding {
  readonly verdict: Verdict;
  /** The run that owes for ever, where there is one. */
  readonly run?: ExploredRun;
  /** How many unlike states were looked at, in one search or in two. */
  readonly distinct: number;
}

/** A search for one liveness property, which is the only one that it watches. */
export interface LivenessSearch {
  readonly parts: Exploration;
  readonly search: Search;
  readonly origins: readonly Origin[];
  readonly property: AnyProperty;
  /** Version of the code, for traces. */
  readonly code: string;
}

/** It is not known, and why. */
export const undecided = ({ parts, search, property }: LivenessSearch, clause: string): LivenessFinding => {
  const { distinct } = search;
  return { verdict: unknownVerdict(property, clause, distinct, parts.watch.exercised(0)), distinct };
};

/** The verdict that it is not known. */
export const unknownVerdict = (
  { id, kind, text }: AnyProperty,
  clause: string,
  states: number,
  exercised: number,
): Verdict => ({
  property: id,
  kind,
  text,
  verdict: "unknown",
  strength: { by: "budget", states },
  exercised,
  clause,
});

/** It is broken by the run that goes to a state and does the same from there on again and again, or nothing. */
export const broken = (
  { parts, search, origins, property, code }: LivenessSearch,
  state: number,
  { closing, loop }: { readonly closing: readonly SearchStep[]; readonly loop: readonly SearchStep[] },
): LivenessFinding => {
  const { id, kind, text } = property;
  const { start, steps } = search.paths.to(state);
  const stem = [...steps, ...closing];
  const run = counterexampleOf(parts, origins[start]!, [...stem, ...loop], {
    property: id,
    kind,
    code,
    loopFrom: stem.length,
  });
  assert(run.loop !== undefined, "a run that owes for ever repeats itself");
  const strength = { by: "counterexample", events: run.events } as const;
  const exercised = parts.watch.exercised(0);
  const verdict: Verdict = {
    property: id,
    kind,
    text,
    verdict: "violated",
    strength,
    exercised,
    clause: run.clause,
  };
  return { verdict, run, distinct: search.distinct };
};
