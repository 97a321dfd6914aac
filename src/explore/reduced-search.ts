import { Experience } from "./experience.ts";
import type { Exploration } from "./exploration.ts";
import type { ExploreOptions, ReductionEffort } from "./explore-options.ts";
import type { Origin } from "./initial-states.ts";
import { LocalClosure } from "./local-closure.ts";
import { Reduction, Witness } from "./reduction.ts";
import { renameForesight } from "./renamed-foresight.ts";
import { Search } from "./search.ts";
import type { SearchInput } from "./search-input.ts";
import { beginAll, budgetsOf, forgetSeen, inputOf } from "./search-setup.ts";

const stepsMaxDefault = 15_000;
const triedMaxDefault = 20_000;
const roundsMaxDefault = 8;
/** How often what may come after a step taken alone is compared before it; then no step is taken alone. */
const liftsMax = 30;

const hurryText = "looking ahead took its share of the time";
const asymmetryText = "the processes are not interchangeable";
const brokenText = "something breaks, and the shortest way there is told";

/** A search with a reduction that is proved for it, not run yet; or in words why there is none. */
export interface ReducedSearch {
  readonly search: Search;
  readonly reduction: Reduction;
  /** Whether it was run already, and nothing broke. */
  readonly isRun: boolean;
}

const effortOf = ({ reduction }: ExploreOptions): ReductionEffort => (typeof reduction === "object" ? reduction : {});

const stepsMaxOf = ({ prepared }: Exploration, options: ExploreOptions): number =>
  effortOf(options).stepsMax ?? prepared.setup.bounds?.foreseenMax ?? stepsMaxDefault;

const noItems = new Int32Array(0);

/** What keeps every reduction from being sound; null where nothing does. */
const hindranceOf = ({ watch, world }: Exploration): string | null => {
  if (watch.inspects) return "a property looks into the processes";
  return world?.isPredictable === false ? "links are cut, or what liars say depends on what they heard" : null;
};

/** Whether looking ahead has taken its share of the memory: what is left is for the search. */
const isCostly = ({ local, settled }: Exploration): boolean => local.bytes > settled.bytesMax / 3;

/** Whether looking ahead has had its time. */
const isHurried = ({ expired, hurries }: ExploreOptions): boolean => expired?.() === true || hurries?.() === true;

/** Where everything that single processes can do at all is foreseen in few steps, nothing has to be tried. */
const foreseen = (parts: Exploration, options: ExploreOptions, origins: readonly Origin[]): LocalClosure | null => {
  const { local, settled, liars, steps } = parts;
  const expired = (): boolean => isCostly(parts) || isHurried(options);
  const bounds = { budgets: budgetsOf(settled), stepsMax: stepsMaxOf(parts, options), expired };
  const closure = new LocalClosure(steps.nodes.length, local, bounds);
  for (const { locals, messages, traitors } of origins) {
    const words = liars?.wordsIn(traitors, noItems, 0, 0).map(({ message }) => message) ?? [];
    closure.begin(locals, [...messages, ...words]);
  }
  return closure.run() ? closure : null;
};

/**
 * Rounds of search and of taking in what was met, until a search meets only what it counted on. That is enough, though
 * the last search leaves steps out. Say some run of the whole has a step that was not counted on, and take a shortest one.
 * All its steps before that were counted on, so what the reduction says of them is so: steps taken alone commute with them
 * (what came after such a step was compared before it too: `lifted`), dead messages did nothing, merged states answered
 * alike. So the search has a run that does the same but for the order of what commutes, and it ends with the step that
 * was not counted on, in the same local state or one that stands for it. But the search met no such step.
 */
class Rounds {
  readonly #parts: Exploration;
  readonly #options: ExploreOptions;
  readonly #origins: readonly Origin[];
  readonly #experience: Experience;
  #broke = false;

  constructor(parts: Exploration, options: ExploreOptions, origins: readonly Origin[]) {
    this.#parts = parts;
    this.#options = options;
    this.#origins = origins;
    this.#experience = new Experience(parts.steps.nodes.length, parts.local, budgetsOf(parts.settled));
  }

  run(make: (reduction: Reduction) => SearchInput, meddles: boolean): ReducedSearch | string {
    const { triedMax = triedMaxDefault, roundsMax = roundsMaxDefault } = effortOf(this.#options);
    for (const { locals } of this.#origins)
      for (const [node, state] of locals.entries()) this.#experience.visit(node, state);
    for (const order of ["breadth-first", "depth-first"] as const) {
      const reduction = new Witness();
      const expired = (): boolean => isHurried(this.#options);
      const search = this.#search({ ...this.#input(), order, statesMax: triedMax, reduction, expired }, null);
      if (search.cut === "asymmetry") return asymmetryText;
      for (const row of reduction.taken) this.#experience.meet(row);
    }
    for (let round = 0, cap = triedMax; round < roundsMax && !this.#hasBroken; round++, cap *= 2) {
      if (isHurried(this.#options)) return hurryText;
      const reduction = this.#reduction(meddles);
      if (typeof reduction === "string") return reduction;
      const isNews = (): boolean => reduction.unforeseen.size > 0;
      // What was not foreseen is worth more than the rest of a search that will have to be done again.
      let distinct = 0;
      const input: SearchInput = {
        ...this.#input(),
        reduction,
        progress: (...found) => {
          [distinct] = found;
          this.#options.progress?.(...found);
        },
        expired: () => this.#isExpired() || (isNews() && (distinct > cap || isHurried(this.#options))),
      };
      const search = this.#search(input, reduction);
      // As far as it came: time is over, so that no verdict counts on it.
      if (this.#isExpired()) return { search, reduction, isRun: true };
      // What breaks where too little was counted on may be in no run.
      if (this.#hasBroken && !isNews()) return this.#end(reduction, brokenText);
      if (!isNews()) {
        if (search.cut === "asymmetry") return this.#end(reduction, asymmetryText);
        if (!this.#broke) return { search, reduction, isRun: true };
        forgetSeen(this.#parts);
        const again = new Search(make(reduction));
        beginAll(again, this.#parts, this.#origins, reduction);
        return { search: again, reduction, isRun: false };
      }
      this.#broke = false;
      this.#experience.takeIn(reduction);
    }
    return this.#hasBroken ? brokenText : `what single processes do was not foreseen in ${roundsMax} rounds`;
  }

  /** A reduction of what is known so far: what it must have compared it has. */
  #reduction(meddles: boolean): Reduction | string {
    const { local, settled, symmetry } = this.#parts;
    for (let lifts = 0; ; lifts++) {
      const isLast = lifts === liftsMax;
      if (symmetry !== null) renameForesight(this.#experience, local, symmetry, this.#experience);
      if ((symmetry?.refusal ?? null) !== null) return asymmetryText;
      const scope = { meddles, isAloneAllowed: !isLast };
      const reduction = new Reduction(this.#experience, local, settled.network, scope, symmetry);
      if (reduction.lifted.length === 0) return reduction;
      reduction.undo();
      if (isHurried(this.#options)) return hurryText;
      for (const [state, event] of reduction.lifted) this.#experience.add(state, event);
    }
  }

  /** Whether something broke that the search is to end with. */
  get #hasBroken(): boolean {
    return this.#broke && this.#options.goesOn !== true;
  }

  #end(reduction: Reduction, why: string): string {
    reduction.undo();
    return why;
  }

  #isExpired(): boolean {
    return this.#options.expired?.() === true;
  }

  #input(): SearchInput {
    return {
      ...inputOf(this.#parts, this.#options),
      broke: () => {
        this.#broke = true;
        return this.#hasBroken;
      },
    };
  }

  #search(input: SearchInput, reduction: Reduction | null): Search {
    // What properties saw in a round that counted on too little may be in no run.
    forgetSeen(this.#parts);
    const search = new Search(input);
    beginAll(search, this.#parts, this.#origins, reduction);
    search.run();
    return search;
  }
}

/**
 * A search of fewer states, or why there can be none. Where all that single processes can do is found by looking at them
 * alone, that is what it counts on; else it counts on what searches meet.
 */
export const reducedSearch = (
  parts: Exploration,
  options: ExploreOptions,
  origins: readonly Origin[],
  make: (reduction: Reduction) => SearchInput,
): ReducedSearch | string => {
  const hindrance = hindranceOf(parts);
  if (hindrance !== null) return hindrance;
  const { local, settled, world, symmetry } = parts;
  const meddles = settled.lossesMax > 0 || settled.duplicatesMax > 0 || world !== null;
  const closure = foreseen(parts, options, origins);
  const { triedMax = triedMaxDefault } = effortOf(options);
  if (closure === null && isCostly(parts)) return "looking ahead takes more than a third of the memory";
  if (closure === null && isHurried(options)) return hurryText;
  if (closure === null && triedMax === 0) return `single processes have more than ${stepsMaxOf(parts, options)} steps`;
  if (closure === null) return new Rounds(parts, options, origins).run(make, meddles);
  if (symmetry !== null) renameForesight(closure, local, symmetry, null);
  if ((symmetry?.refusal ?? null) !== null) return asymmetryText;
  const reduction = new Reduction(closure, local, settled.network, { meddles, isAloneAllowed: true }, symmetry);
  const search = new Search(make(reduction));
  beginAll(search, parts, origins, reduction);
  return { search, reduction, isRun: false };
};
