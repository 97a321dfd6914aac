import type { AnyProperty } from "../check/index.ts";
import type { Exploration } from "./exploration.ts";
import type { ExploreOptions } from "./explore-options.ts";
import { initialStates } from "./initial-states.ts";
import { broken, type LivenessFinding, type LivenessSearch, undecided } from "./liveness-finding.ts";
import { Quiescence } from "./quiescence.ts";
import { Search } from "./search.ts";
import type { SearchInput } from "./search-input.ts";
import { beginAll, inputOf } from "./search-setup.ts";

/** Why a property has no verdict that asks for the time. */
export const readsTimeText = "it asks for the time, of which exhaustive search has none";

/** How many processes a run that is fair may leave down for ever. */
export const downMaxOf = ({ settled, prepared }: Exploration): number =>
  settled.recovers ? (prepared.setup.f ?? 0) : Number.POSITIVE_INFINITY;

/** A search that ends at a state in which a run may rest though something is owed. */
export interface RestSearch extends LivenessSearch {
  readonly quiescence: Quiescence;
}

/** Searches until a run may rest though something is owed, or to the end. */
export const searchForRest = (
  parts: Exploration,
  options: ExploreOptions,
  property: AnyProperty,
  more: Partial<Pick<SearchInput, "edges" | "broke">> = {},
): RestSearch => {
  const { local, steps, watch, budgets, settled, prepared } = parts;
  const { network } = settled;
  const quiescence = new Quiescence({ local, steps, watch, network, budgets, downMax: downMaxOf(parts) });
  // Bounds of time may forbid that what is lost stays lost.
  const mayRest = prepared.model.timing === "asynchronous" || network !== "set";
  const endsAt = mayRest ? (state: Int32Array): boolean => quiescence.look(state) : null;
  const search = new Search({ ...inputOf(parts, options), ...more, endsAt });
  const origins = initialStates(parts);
  beginAll(search, parts, origins, null);
  search.run();
  return { parts, search, origins, property, code: options.code ?? "unknown", quiescence };
};

/** The run that rests though something is owed, where the search came to one and can vouch for it. */
export const runAtRest = (searched: RestSearch): LivenessFinding | null => {
  const { found } = searched.quiescence;
  if (found === null || searched.parts.watch.readsTime(0)) return null;
  return broken(searched, found.number, { closing: found.closing, loop: [] });
};

/** Looks for a run that rests though something is owed, and for no other; `hindrance` says why for no other. */
export const lookForRest = (
  parts: Exploration,
  options: ExploreOptions,
  property: AnyProperty,
  hindrance: string,
): LivenessFinding => {
  const searched = searchForRest(parts, options, property);
  const { distinct, cut } = searched.search;
  const { watch, local } = parts;
  const seen = cut === null ? `all ${distinct} states` : `the first ${distinct} states`;
  const why = watch.readsTime(0) ? readsTimeText : local.refusal;
  return runAtRest(searched) ?? undecided(searched, why ?? `no run rests and owes in ${seen}; of others: ${hindrance}`);
};
