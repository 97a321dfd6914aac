import type { AnyProperty, Inspection, Parameters } from "../check/index.ts";
import type { AnyBound, NodeId, SystemModel } from "../model/index.ts";
import type { Fault, FaultBudget } from "./fault.ts";

/** A parameter that a user may set by `--set name=value`. */
export type ParameterDefinition =
  | {
      readonly type: "integer" | "number";
      readonly text: string;
      readonly default: number;
      readonly min: number;
      readonly max: number;
    }
  | { readonly type: "choice"; readonly text: string; readonly default: string; readonly options: readonly string[] }
  | { readonly type: "boolean"; readonly text: string; readonly default: boolean };

/** Parameters by name. */
export interface ParameterDefinitions {
  readonly [name: string]: ParameterDefinition;
}

/** The values that a set of definitions allows. */
export type ParameterValues<D extends ParameterDefinitions> = {
  readonly [K in keyof D]: D[K]["type"] extends "integer" | "number"
    ? number
    : D[K]["type"] extends "boolean"
      ? boolean
      : string;
};

/** One process: its name in diagrams and the stack that it runs. */
export interface Process {
  readonly name: string;
  readonly stack: AnyBound;
  /**
   * Virtual milliseconds before which it is not there: what is sent to it is lost, and calls at it wait. 0 when absent.
   * The others know its id from the start, in `io.nodes`.
   */
  readonly startsAtMs?: number;
}

/** A request from outside. */
export interface Call {
  readonly request: string;
  readonly args: readonly unknown[];
  /** Milliseconds to wait before it, after the end of the call before. 0 when absent. */
  readonly afterMs?: number;
  /**
   * Names of the top indications of the same node that complete it: the script goes on only then. Absent: it is
   * complete at once.
   */
  readonly until?: readonly string[];
}

/** What one client does at one node, call after call. */
export interface Script {
  readonly node: NodeId;
  readonly calls: readonly Call[];
  /** A crash of the node ends an open call with an unknown outcome; the script goes on after the recovery when true. */
  readonly resumes?: boolean;
}

/** Draws for a workload, each with a name of its own. */
export interface Draw {
  /** 0 … alternatives - 1, each as likely. */
  below(name: string, alternatives: number): number;
  /** A whole number, both ends included. */
  between(name: string, from: number, to: number): number;
  /** True with this probability, 0 … 1. */
  chance(name: string, probability: number): boolean;
  /** One of the list, which must not be empty. */
  pick<T>(name: string, from: readonly T[]): T;
}

/** A picture that an exhaustive search is asked for: is such a state reachable, and how? */
export interface Goal {
  /** Names it for `--goal` and `--stages`. */
  readonly id: string;
  /** The picture in words. */
  readonly text: string;
  /** Whether the processes look like it. Asked after every step, so it must be pure. */
  readonly reached: (look: Inspection) => boolean;
  /** States that only lead astray: a search for this picture does not go on from them, and says so. */
  readonly avoids?: {
    readonly text: string;
    /** Whether the processes look like it. */
    readonly states: (look: Inspection) => boolean;
  };
}

/**
 * How far an exhaustive search goes with each process, where the protocol itself would go on for ever: terms, the length of
 * a log. A step that leads a process beyond is not taken. Simulated runs know no limit.
 */
export interface Limit {
  /** What is within, for people: `terms up to 2`. */
  readonly text: string;
  /** Whether a process is within. Only this process may be looked at, after any of its steps; it must be pure. */
  readonly within: (look: Inspection, node: NodeId) => boolean;
}

/** What keeps an exhaustive search of a scenario small. Its result says so. */
export interface SearchBounds {
  readonly limits?: readonly Limit[];
  /** Timers that never fire, as `path.name`: where order is free some are needed for time alone. */
  readonly dormant?: readonly string[];
  /** Whether processes batch input; they may (`later`) when absent. */
  readonly settles?: "at once" | "later";
  /** Steps of single processes that are worth foreseeing to leave others out; the search's own default when absent. */
  readonly foreseenMax?: number;
}

/** A scenario made concrete by its parameters. */
export interface Setup {
  readonly processes: readonly Process[];
  /** What the clients do. Drawn before the first event, so it cannot depend on the run. */
  readonly workload: (draw: Draw) => readonly Script[];
  readonly properties: readonly AnyProperty[];
  /** Pictures worth asking for. */
  readonly goals?: readonly Goal[];
  /** Where an exhaustive search ends. */
  readonly bounds?: SearchBounds;
  /**
   * What each run draws for itself instead: options of the protocol in stacks that use the same modules and ports, faults,
   * dials that the user did not set. Many unlike small worlds show what one world with everything in it hides. The first
   * of each list of alternatives should be the plainest, which shrinking prefers. Exhaustive searches take the setup as it
   * stands, and the faults that it declares are those that stand in it.
   */
  readonly swarm?: (draw: Draw) => Partial<Pick<Setup, "processes" | "workload" | "faults" | "windowMs" | "dials">>;
  /** What may go wrong, beyond what the dials allow by themselves. */
  readonly faults?: FaultBudget;
  /** Faults at fixed times, besides the drawn ones. */
  readonly plan?: readonly Fault[];
  /** How many nodes may fail for good while progress is still owed: crash or Byzantine. 0 when absent. */
  readonly f?: number;
  /** Every message of the protocol, for a traitor's or the network's forgeries. Structural mutation when absent. */
  readonly vocabulary?: readonly { readonly channel?: string; readonly body: unknown }[];
  /** Milliseconds that the way from one node to another takes at least, by ids: regions. */
  readonly distancesMs?: readonly (readonly number[])[];
  /** Virtual milliseconds of faults. 1,000 when absent. */
  readonly windowMs?: number;
  /**
   * Virtual milliseconds after the faults within which what is owed should come; 10,000 when absent. Reckon it from the
   * parameters where they decide how long that takes. What is late has no verdict, only what is owed after eight times
   * the patience is broken.
   */
  readonly patienceMs?: number;
  /** Values that a scenario fixes for the dials' parameters (delayMsMax, loss …), below what the user sets. */
  readonly dials?: { readonly [name: string]: number | string };
}

/** One change of a scenario under which a property must break: the row's counterexample. */
export interface ExpectedCounterexample<R extends object = object> {
  /** What is changed: one step outside the model, or a rule, or a parameter. */
  readonly change: string;
  readonly model?: Partial<SystemModel>;
  readonly parameters?: Parameters;
  /** Rules that are changed. */
  readonly rules?: Partial<R>;
  /** The property that must be violated. */
  readonly violates: string;
  /** The most events that its shrunk run may have. */
  readonly eventsMax?: number;
  /** How many seeds to try, or exhaustively. */
  readonly search?: "seeds" | "exhaustive";
}

/** A property that a reader might expect and the protocol does not promise. */
export interface NotClaimed {
  /** Textbook id. */
  readonly id: string;
  /** The property in words, and what happens instead. */
  readonly text: string;
}

/**
 * How a scenario is searched state by state for a bug: small parameters, few faults, and where that is not enough pictures
 * to reach on the way. The same for the correct protocol and for each of its mutants.
 */
export interface StateSearch {
  /** Another scenario of the same protocol, with the same rules and the same ids of properties, made for such a search. */
  readonly within?: AnyScenario;
  /** Look at one state of each orbit of interchangeable processes. */
  readonly symmetry?: boolean;
  /** States to look at, at most. */
  readonly statesMax?: number;
  readonly parameters?: Parameters;
  /** Goals of the scenario to reach one after the other; the violation is looked for from the last of them. */
  readonly stages?: readonly string[];
  /** Arrivals at each of them to go on from. */
  readonly arrivals?: number;
  /** Crashes in one run, and timers that fire in it; the scenario's, and any number, when absent. */
  readonly crashes?: number;
  readonly timeouts?: number;
  /** When writes are durable. */
  readonly sync?: "at once" | "later";
  /** In which order; breadth first when absent. */
  readonly order?: "breadth-first" | "depth-first" | "few interruptions first";
  /** Look for runs that owe for ever, else for those that break something at once. */
  readonly liveness?: boolean;
  /** Words that traitors say in one run; any number when absent. */
  readonly lies?: number;
  /** How messages are carried. */
  readonly carries?: "set" | "multiset" | "ordered";
}

/** One readable lesson: processes, model, workload, faults, properties. */
export interface Scenario<D extends ParameterDefinitions = ParameterDefinitions, R extends object = object> {
  /** `family/name`. */
  readonly id: string;
  /** Rows of the textbook. */
  readonly rows: readonly number[];
  readonly title: string;
  /** A paragraph: what to see here, and why. */
  readonly about?: string;
  /** The weakest model that is claimed. */
  readonly model: SystemModel;
  /** Further weakest models, where there is no single one: neither form of partial synchrony contains the other. */
  readonly alsoModels?: readonly SystemModel[];
  /** What the protocol does not promise, said where its properties are listed: breaking it is no bug. */
  readonly notClaimed?: readonly NotClaimed[];
  readonly parameters: D;
  /** `rules` overrides named rules of the protocol: empty for the correct one, one rule for a mutant. */
  setup(parameters: ParameterValues<D>, model: SystemModel, rules: Partial<R>): Setup;
  /** How it is searched state by state for known bugs, where that takes other parameters and bounds than it has. */
  readonly stateSearches?: readonly StateSearch[];
  /** Runs outside the claim that must break it. */
  readonly counterexamples?: readonly ExpectedCounterexample<NoInfer<R>>[];
}

/** A scenario whose parameters nobody needs to know. */
export type AnyScenario = Scenario<never, never>;

/** States a scenario with the types of its parameters inferred. */
export const scenario = <const D extends ParameterDefinitions, R extends object = object>(
  definition: Scenario<D, R>,
): AnyScenario => definition as unknown as AnyScenario;

/**
 * A known bug: one rule of a correct protocol, changed. It is looked for with the scenario, the seeds and the budgets of
 * the correct protocol.
 */
export interface Mutant {
  /** `family/name`, as the list of mutants has it (`paxos/P1`, `broadcast/causal-without-wait`). */
  readonly id: string;
  /** Id of the scenario that must find it. */
  readonly scenario: string;
  /** What was changed, in one sentence, and where such a bug was seen. */
  readonly change: string;
  readonly rules: object;
  /** The model in which it shows, where that is not the claimed one (a promise that is not durable needs recoveries). */
  readonly model?: Partial<SystemModel>;
  readonly parameters?: Parameters;
  /** Ids of the properties of which one must break; for an equivalent mutant none may. */
  readonly violates: readonly string[];
  /** Why it cannot be told from the correct protocol: a search that reports it is wrong. */
  readonly equivalent?: string;
  /** Seeds to try; 2,000 when absent. */
  readonly seedsMax?: number;
}

/** A whole-number parameter. */
export const integer = (
  text: string,
  value: number,
  min: number,
  max: number,
): ParameterDefinition & { type: "integer" } => ({ type: "integer", text, default: value, min, max });
/** A choice among names. */
export const choice = (
  text: string,
  options: readonly string[],
  value: string = options[0]!,
): ParameterDefinition & { type: "choice" } => ({ type: "choice", text, default: value, options });
/** A switch. */
export const toggle = (text: string, value: boolean): ParameterDefinition & { type: "boolean" } => ({
  type: "boolean",
  text,
  default: value,
});
