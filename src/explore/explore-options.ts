import type { NodeId } from "../model/index.ts";
import { type PartitionForm, type Prepared, UsageError } from "../simulate/index.ts";
import type { NetworkKind } from "./network-draft.ts";

/** What may be spent to find out what can be left out of a search. */
export interface ReductionEffort {
  /** Steps of single processes that are foreseen without any search. Default: the scenario's, else 15,000; 0 for none. */
  readonly stepsMax?: number;
  /** States of each of the two searches that gather experience where these are not enough. Default 20,000; 0 for none. */
  readonly triedMax?: number;
  /**
   * Searches that count on experience, each of which may look at twice as many states as the one before it meets what was
   * not counted on. If they are not enough the search goes without. Default 8.
   */
  readonly roundsMax?: number;
}

/** How far a search goes and what it takes for possible. Everything has a default from the scenario's model. */
export interface ExploreOptions {
  /**
   * Breadth first finds shortest counterexamples; depth first needs less memory for its frontier. By interruptions, runs
   * come first in which a process deals with all that has come to it before another moves: it finds what lies deep, and
   * counts a state once for each process that may have moved last. Not together with symmetry.
   */
  readonly order?: "breadth-first" | "depth-first" | "few interruptions first";
  /** Default: `multiset` where links are reliable, else `set`, which has loss, duplication and every order in it. */
  readonly network?: NetworkKind;
  /** Crashes in one run. Default: the scenario's, else its `f`. */
  readonly crashesMax?: number;
  /**
   * Messages lost in one run, as steps of their own. Default 0, and 1 on an ordered network that loses: where order is
   * free, a message that is lost is one that never comes, so that safety needs no such step.
   */
  readonly lossesMax?: number;
  /** Messages delivered once more, on a multiset or ordered network. Default 0. */
  readonly duplicatesMax?: number;
  /** Timers that fire in one run. Default: any number. */
  readonly timeoutsMax?: number;
  /**
   * Cuts of links in one run, one at a time, each mended at some time or never. Default 0: where order is free, what a cut
   * keeps back is what comes late or never.
   */
  readonly partitionsMax?: number;
  /** How links are cut. Default: as the scenario has it, else in two groups. */
  readonly forms?: readonly PartitionForm[];
  /** Traitors, of which each choice is tried. Default: the scenario's where nodes may be Byzantine, else none. */
  readonly traitors?: number;
  /** Words that traitors say in one run. Default: any number. */
  readonly liesMax?: number;
  /** Messages that the network makes up in one run, in anybody's name. Default: 1 where the network is arbitrary, else 0. */
  readonly forgeriesMax?: number;
  /**
   * When writes are durable: at the end of their step, or at an event of its own that a crash may come before. Default:
   * `later` where processes may crash and recover.
   */
  readonly sync?: "at once" | "later";
  /**
   * Whether a process that was told something goes on at once to what it does by itself then, as if no more input were at
   * hand: it hears that its writes are durable, and sends its batch. `later`: other events may come in between. Default:
   * the scenario's, else `later`.
   */
  readonly settles?: "at once" | "later";
  /**
   * `free`: any timer that is set may fire, whatever its delay. `by delay`: only what one process's own clock fixes: a timer
   * that was set no later and whose longest delay is no longer than another one's shortest goes before it. What time has
   * gone by since is not counted, and clocks of unlike processes are not compared, so that more orders are tried than
   * clocks allow, never fewer. Default: `free` in an asynchronous model, else `by delay`.
   */
  readonly timers?: "free" | "by delay";
  /** A delivery that changes nothing and sends nothing is no step. Default true. */
  readonly prunesNoOps?: boolean;
  /**
   * Take one state of each orbit of interchangeable processes. `true` tries the processes that run the same stack; groups
   * may be named. Every step is checked for it; where processes turn out not to be interchangeable the search begins
   * again without, and the result says why. `where possible`: as `true`, and where this search cannot look for symmetry
   * at all it goes without instead of refusing. Default false.
   */
  readonly symmetry?: boolean | "where possible" | readonly (readonly NodeId[])[];
  /**
   * Look ahead into the table of local steps first, and leave out what cannot matter: local states that nobody can tell
   * apart are one, messages that would never do anything vanish, and a step that commutes with all that can come before
   * it is the only one taken of its state. Every verdict on safety stays; counterexamples may be longer. Where it cannot
   * be, the search goes without and the result says why. Default false.
   */
  readonly reduction?: boolean | ReductionEffort;
  /**
   * Decide liveness too: a search of its own for each property. A run that rests while something is owed is told as soon
   * as it is met, in the order of the search; all others are looked for in the whole graph, which needs every state within
   * the bounds. The result's bounds say what counts as fair. Default false.
   */
  readonly liveness?: boolean;
  readonly depthMax?: number;
  readonly statesMax?: number;
  /** Bytes that the tables may take. Default 1 GiB. */
  readonly bytesMax?: number;
  /** True once no more time should be spent. Pure rooms have no clock: the host brings one. */
  readonly expired?: () => boolean;
  /** True once no more time should be spent on looking ahead: what is left is for the search. */
  readonly hurries?: () => boolean;
  /**
   * True once such a part of the time is over, from 0 to 1. With it the time is shared out where liveness is to be decided:
   * three quarters are for safety, and what is left is for one liveness property after the other. Without it a search
   * takes what time there is.
   */
  readonly isPast?: (part: number) => boolean;
  /** Told now and then how many states were found, how many steps led to them, and how many states are open. */
  readonly progress?: (distinct: number, generated: number, open: number) => void;
  /** End when this property is violated, or, with `true`, when any is. Default: when all are that can be. */
  readonly first?: string | true;
  /** Go on after a violation as if it had not been: every state is counted. Only the first violation is kept. */
  readonly goesOn?: boolean;
  /** Version of the code, for traces. */
  readonly code?: string;
}

/** Options with every default settled. */
export interface SettledOptions {
  readonly order: "breadth-first" | "depth-first" | "few interruptions first";
  readonly network: NetworkKind;
  readonly crashesMax: number;
  readonly lossesMax: number;
  readonly duplicatesMax: number;
  readonly timeoutsMax: number | null;
  readonly partitionsMax: number;
  readonly forms: readonly PartitionForm[];
  readonly traitors: number;
  readonly liesMax: number | null;
  readonly forgeriesMax: number;
  readonly sync: "at once" | "later";
  readonly settles: "at once" | "later";
  readonly ordersTimers: boolean;
  readonly recovers: boolean;
  readonly prunesNoOps: boolean;
  readonly depthMax: number;
  readonly statesMax: number;
  readonly bytesMax: number;
}

const bytesMaxDefault = 1 << 30;

const wholeNumber = (name: string, value: number | undefined): void => {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0))
    throw new UsageError(`${name} is a whole number from 0, not ${value}`);
};

const timersOf = ({ model, scenario }: Prepared, { timers }: ExploreOptions): boolean => {
  if (timers !== undefined) return timers === "by delay";
  if (model.timing === "synchronous")
    throw new UsageError(
      `scenario ${scenario.id} counts on bounds of time, which exhaustive search does not have; look at it by seeds, or ` +
        `without the bounds (timers: "free", or another timing model)`,
    );
  return model.timing !== "asynchronous";
};

const wholeNumbers = [
  "crashesMax",
  "lossesMax",
  "duplicatesMax",
  "timeoutsMax",
  "partitionsMax",
  "traitors",
  "liesMax",
  "forgeriesMax",
  "depthMax",
  "statesMax",
] as const;

const traitorsOf = ({ setup, model, scenario }: Prepared, { traitors }: ExploreOptions): number => {
  const count = traitors ?? (model.nodes === "byzantine" ? (setup.faults?.traitors ?? setup.f ?? 0) : 0);
  const candidates = setup.faults?.candidates?.length ?? setup.processes.length;
  if (count > candidates)
    throw new UsageError(`scenario ${scenario.id} has ${candidates} processes that may be traitors, not ${count}`);
  return count;
};

const crashesOf = ({ setup, model }: Prepared, { crashesMax }: ExploreOptions): number =>
  crashesMax ?? (model.nodes === "byzantine" ? 0 : (setup.faults?.crashes ?? setup.f ?? 0));

/** Settles the options of a search from the model of a scenario. Throws UsageError where they cannot be met. */
export const settle = (prepared: Prepared, options: ExploreOptions): SettledOptions => {
  const { model, setup, scenario } = prepared;
  for (const name of wholeNumbers) wholeNumber(name, options[name]);
  if ((setup.plan ?? []).length > 0)
    throw new UsageError(`scenario ${scenario.id} has faults at fixed times, and exhaustive search has no time`);
  if (setup.processes.some(({ startsAtMs = 0 }) => startsAtMs > 0))
    throw new UsageError(`scenario ${scenario.id} has processes that start later, and exhaustive search has no time`);
  const network = options.network ?? (model.network === "reliable" ? "multiset" : "set");
  const crashesMax = crashesOf(prepared, options);
  const recovers = model.nodes === "crash-recovery";
  return {
    order: options.order ?? "breadth-first",
    network,
    crashesMax,
    lossesMax: options.lossesMax ?? (network === "ordered" && model.network !== "reliable" ? 1 : 0),
    duplicatesMax: network === "set" ? 0 : (options.duplicatesMax ?? 0),
    timeoutsMax: options.timeoutsMax ?? null,
    partitionsMax: options.partitionsMax ?? 0,
    forms: options.forms ?? setup.faults?.forms ?? ["full"],
    traitors: traitorsOf(prepared, options),
    liesMax: options.liesMax ?? null,
    forgeriesMax: options.forgeriesMax ?? (model.network === "arbitrary" ? 1 : 0),
    sync: options.sync ?? (recovers && crashesMax > 0 ? "later" : "at once"),
    settles: options.settles ?? setup.bounds?.settles ?? "later",
    ordersTimers: timersOf(prepared, options),
    recovers,
    prunesNoOps: options.prunesNoOps ?? true,
    depthMax: options.depthMax ?? Number.POSITIVE_INFINITY,
    statesMax: options.statesMax ?? Number.POSITIVE_INFINITY,
    bytesMax: options.bytesMax ?? bytesMaxDefault,
  };
};

/** Groups of processes that may be interchangeable; none where the search is to look at every state. */
export const groupsOf = ({ setup }: Prepared, { symmetry = false }: ExploreOptions): readonly (readonly NodeId[])[] => {
  if (symmetry === false) return [];
  if (typeof symmetry === "object") return symmetry;
  const byStack = new Map<object, NodeId[]>();
  for (const [node, { stack }] of setup.processes.entries()) byStack.set(stack, [...(byStack.get(stack) ?? []), node]);
  return [...byStack.values()].filter(({ length }) => length > 1);
};

/** What a search took for impossible, in words: its verdicts hold within this and no further. */
export const boundsOf = ({ model, setup }: Prepared, settled: SettledOptions): readonly string[] => {
  const { network, crashesMax, lossesMax, duplicatesMax, timeoutsMax, partitionsMax, sync, depthMax } = settled;
  const { forms, traitors, liesMax, forgeriesMax, settles } = settled;
  const bounds = [`network: ${network}`, `crashes: at most ${crashesMax}`];
  if (network === "ordered") bounds.push(`losses: at most ${lossesMax}`);
  if (network !== "set") bounds.push(`duplicates: at most ${duplicatesMax}`);
  if (timeoutsMax !== null) bounds.push(`timeouts: at most ${timeoutsMax}`);
  if (partitionsMax > 0) bounds.push(`partitions (${forms.join(", ")}): at most ${partitionsMax}, one at a time`);
  if (settles === "at once")
    bounds.push("processes batch nothing: no input comes while they have something to do by themselves");
  if (crashesMax > 0 && sync === "at once") bounds.push("writes are durable at the end of their step");
  if (depthMax !== Number.POSITIVE_INFINITY) bounds.push(`depth: at most ${depthMax}`);
  if (model.nodes === "byzantine" || traitors > 0) bounds.push(`traitors: ${traitors}, whoever they are`);
  if (traitors > 0)
    bounds.push(`what traitors say: ${liesMax === null ? "" : `at most ${liesMax} `}words of the vocabulary`);
  if (model.network === "arbitrary" || forgeriesMax > 0) bounds.push(`forged messages: at most ${forgeriesMax}`);
  const { dormant = [], limits = [] } = setup.bounds ?? {};
  if (dormant.length > 0) bounds.push(`timers that never fire: ${dormant.join(", ")}`);
  for (const { text } of limits) bounds.push(`each process: ${text}`);
  return bounds;
};
