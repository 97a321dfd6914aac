import type { AnyProperty } from "../check/index.ts";
import type { Prepared } from "../simulate/index.ts";
import { type Exploration, partsOf } from "./exploration.ts";
import type { ExploreOptions } from "./explore-options.ts";
import { LassoGraph } from "./lasso-graph.ts";
import { decideByLassos } from "./lassos.ts";
import { type LivenessFinding, undecided, unknownVerdict } from "./liveness-finding.ts";
import { lookForRest, readsTimeText, runAtRest, searchForRest } from "./runs-at-rest.ts";
import { waysOfTaking } from "./ways-of-taking.ts";

/** What is taken for fair, in words: a liveness verdict holds under this and no less. */
export const fairnessText: string =
  "liveness: a process that is up and has a timer, a call, a sync or a notice due all the time takes it in the end, and a " +
  "message that stays on its way arrives in the end; on a network that loses and repeats one that is sent for ever arrives " +
  "for ever, and one that is not sent any more does not; nobody has to recover, and nobody has to lie";

/** What keeps a search from saying anything on liveness, in words; null where nothing does. */
const barOf = ({ watch }: Exploration, { pending, inspect }: AnyProperty): string | null => {
  if (pending === undefined) return "the property does not say what is owed";
  return inspect !== undefined || watch.inspects ? "it looks into the processes" : null;
};

/** What keeps it from deciding liveness on a whole graph, in words; null where nothing does. */
const hindranceOf = ({ settled, workloads, prepared }: Exploration): string | null => {
  const { limits = [], dormant = [] } = prepared.setup.bounds ?? {};
  if (limits.length + dormant.length > 0)
    return "steps beyond the scenario's limits are not taken here, and a fair run has no such limits";
  if (settled.timeoutsMax !== null) return "timers may fire only so often here, and a fair run has no bound on that";
  if (settled.partitionsMax > 0) return "where links are cut no fairness is stated";
  if (settled.forgeriesMax > 0) return "where the network forges messages no fairness is stated";
  return workloads.leftOut === undefined ? null : `not every workload was tried: ${workloads.leftOut}`;
};

/**
 * Decides a liveness property: is there a run, fair as `fairnessText` has it, that owes for ever?
 *
 * A run that rests while something is owed is told as soon as a search meets it, in whatever order that goes, and whatever
 * else there is in the graph. All others take the whole graph, on which they are found as lassos. So where the graph is
 * not complete, or the search bounds what a fair run has no bound for, the verdict is "violated" by a run that rests, or
 * none.
 *
 * Without symmetry and without reduction: neither keeps what a single process owes.
 */
export const decideLiveness = (prepared: Prepared, options: ExploreOptions, property: AnyProperty): LivenessFinding => {
  const { symmetry: _none, ...rest } = options;
  const parts = partsOf(prepared, rest, [property]);
  const bar = barOf(parts, property);
  if (bar !== null) return { verdict: unknownVerdict(property, bar, 0, 0), distinct: 0 };
  const hindrance = hindranceOf(parts);
  if (hindrance !== null) return lookForRest(parts, rest, property, hindrance);
  if (parts.settled.order === "breadth-first") return decideOnGraph(prepared, rest, property);
  const atRest = lookForRest(parts, rest, property, "not looked for");
  if (atRest.run !== undefined || options.expired?.() === true) return atRest;
  const found = decideOnGraph(prepared, rest, property);
  return { ...found, distinct: atRest.distinct + found.distinct };
};

const decideOnGraph = (prepared: Prepared, options: ExploreOptions, property: AnyProperty): LivenessFinding => {
  const parts = partsOf(prepared, { ...options, order: "breadth-first", prunesNoOps: false }, [property]);
  const { local, settled, watch } = parts;
  const lasso = new LassoGraph(local, prepared.setup.processes.length, settled.network, waysOfTaking);
  let throws = false;
  const broke = (): boolean => {
    throws = true;
    return true;
  };
  const searched = searchForRest(parts, options, property, { edges: lasso, broke });
  const atRest = runAtRest(searched);
  if (atRest !== null) return atRest;
  const { cut } = searched.search;
  if (throws) return undecided(searched, "a process throws: what comes after it is not known");
  if (local.refusal !== null) return undecided(searched, local.refusal);
  if (watch.readsTime(0)) return undecided(searched, readsTimeText);
  if (cut !== null) return undecided(searched, `not every state was seen, and liveness is about all of them: ${cut}`);
  return decideByLassos(searched, lasso, options.expired);
};
