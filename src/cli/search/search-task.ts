import type { Outcome, Parameters, Strength, Verdict } from "../../check/index.ts";
import type { Cut, ExploreOptions, Growth, ReachResult } from "../../explore/index.ts";
import type { SystemModel } from "../../model/index.ts";
import type { Replay } from "../../simulate/index.ts";
import type { Failure } from "../cli-error.ts";
import type { DrawnOptions } from "./drawn-options.ts";

/*
 * What the command and its search workers say to each other: plain data.
 */

/** Words of the shared memory, after those of the worker pool. */
export const pulseRuns = 2;
export const pulseViolated = 3;
/** One of the phases below. */
export const pulsePhase = 4;
/** Of an exhaustive search, in thousands: steps taken, and states whose steps were not taken yet. */
export const pulseGenerated = 5;
export const pulseOpen = 6;

/** What a search does at the moment. */
export const phaseLoading = 0;
export const phaseRunning = 1;
export const phaseShrinking = 2;

/** A scenario of the lab, or one in a file of the user's. */
export type ScenarioReference =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "file"; readonly path: string; readonly name?: string | undefined };

/** How to draw a counterexample. */
export interface Drawing {
  readonly width: number;
  readonly colour: boolean;
  readonly ascii: boolean;
}

interface Common {
  readonly scenario: ScenarioReference;
  readonly code: string;
}

/** Runs a scenario under many seeds, or under every choice. */
export interface RunTask extends Common {
  readonly kind: "run";
  readonly change: Partial<SystemModel>;
  readonly set: { readonly [name: string]: string };
  readonly seed: number;
  /** Absent: as many as fit into the time. */
  readonly runs?: number | undefined;
  readonly seconds?: number | undefined;
  readonly exhaustive: boolean;
  readonly drawing: Drawing;
  readonly trace: boolean;
  /** Id of a known bug that is put in: its rules, model and parameters come instead of those above. */
  readonly mutant?: string | undefined;
}

/** Shows one run again. */
export interface ReplayTask extends Common {
  readonly kind: "replay";
  readonly replay: Replay;
  /** The replay string itself. */
  readonly text: string;
  readonly drawing: Drawing;
  readonly trace: boolean;
}

/** Searches one cell of the table protocol × model. */
export interface CellTask extends Common {
  readonly kind: "cell";
  readonly model: SystemModel;
  readonly set: { readonly [name: string]: string };
  readonly seconds: number;
}

/** Asks what there is to know of a scenario. */
export interface DescribeTask {
  readonly kind: "describe";
  readonly scenario: ScenarioReference;
  /** Settings that it must be able to take, as far as it has them. */
  readonly set: { readonly [name: string]: string };
}

/** Looks for one known bug. */
export interface MutantTask {
  readonly kind: "mutant";
  readonly mutant: string;
  readonly seconds?: number | undefined;
  /** How to look for it. */
  readonly search: "seeds" | "states" | "both";
  readonly code: string;
}

/** How often each kind of trouble may come in one run of an exhaustive search; the scenario's own where absent. */
export interface ExploreBudgets {
  readonly crashes?: number | undefined;
  readonly losses?: number | undefined;
  readonly duplicates?: number | undefined;
  readonly timeouts?: number | undefined;
  readonly partitions?: number | undefined;
  readonly traitors?: number | undefined;
  /** Words of traitors. */
  readonly lies?: number | undefined;
  /** Messages that the network makes up. */
  readonly forgeries?: number | undefined;
}

/** Looks at every state of a scenario, or of a reference model. */
export interface ExploreTask extends Common {
  readonly kind: "explore";
  readonly change: Partial<SystemModel>;
  readonly set: { readonly [name: string]: string };
  readonly budgets: ExploreBudgets;
  readonly seconds: number;
  readonly megabytes: number;
  readonly depth?: number | undefined;
  readonly order: NonNullable<ExploreOptions["order"]>;
  /** Count every state, also behind a violation. */
  readonly goesOn: boolean;
  /** How messages are carried: a set, a multiset, in order. */
  readonly carries?: "set" | "multiset" | "ordered" | undefined;
  readonly symmetry: boolean;
  readonly reduction: boolean;
  /** When writes are durable. */
  readonly sync?: "at once" | "later" | undefined;
  /** Pictures to reach one after the other, … */
  readonly stages: readonly string[];
  /** … the last of which is all that is wanted; absent: then look for a violation. */
  readonly goal?: string | undefined;
  /** Id of a known bug that is put in. */
  readonly mutant?: string | undefined;
  readonly drawing: Drawing;
  readonly trace: boolean;
}

/** All that a search worker does. */
export type SearchTask = RunTask | ReplayTask | CellTask | DescribeTask | MutantTask | ExploreTask;

/** Said before a search starts: what is known even if no answer comes. */
export interface SearchNote {
  /** `file:` and the hash of the sources, for a user's file. */
  readonly replayId: string;
  readonly scenario: string;
  readonly title: string;
  readonly model: SystemModel;
  readonly parameters: Parameters;
  readonly properties: readonly Pick<Verdict, "property" | "kind" | "text">[];
}

/** One violation, drawn. */
export interface DrawnViolation {
  readonly property: string;
  readonly clause: string;
  readonly diagram: string;
  readonly replay?: string | undefined;
  /** What the run drew of its setup, where the scenario draws part of it in each run. */
  readonly drawn?: DrawnOptions | undefined;
}

/** What a run or a replay found. */
export interface RunReport {
  readonly scenario: string;
  readonly title: string;
  readonly model: SystemModel;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly runs: number;
  /** Every choice was tried instead of seeds. */
  readonly exhaustive: boolean;
  /** Eight hexadecimal digits. */
  readonly hash: string;
  readonly verdicts: readonly Verdict[];
  readonly violations: readonly DrawnViolation[];
  /** How often each fault struck. */
  readonly struck: readonly (readonly [string, number])[];
  readonly seconds: number;
  /** Text of the trace file, where asked for. */
  readonly trace?: string | undefined;
}

/** What an exhaustive search found. */
export interface ExploreReport {
  readonly scenario: string;
  readonly title: string;
  readonly model: SystemModel | null;
  readonly parameters: Parameters;
  /** Unlike states, and the steps that led to them; where one of each orbit was looked at, of all that they stand for. */
  readonly distinct: number;
  readonly generated: number;
  /** What was looked at, one state of each orbit; absent where that is every state. */
  readonly orbits?: { readonly distinct: number; readonly generated: number } | undefined;
  readonly depth: number;
  readonly complete: boolean;
  readonly cut: Cut | null;
  /** States whose steps were not taken. */
  readonly open: number;
  /** Of the deepest level that a cut search went through: its states, and of how many the steps were taken. */
  readonly lastLevel?: { readonly states: number; readonly taken: number };
  readonly growing: readonly Growth[];
  readonly bounds: readonly string[];
  /** Why not one state of each orbit. */
  readonly asymmetry?: string | undefined;
  /** What of the steps was left out because others stand for them, in words. */
  readonly reduction?: string | undefined;
  readonly verdicts: readonly Verdict[];
  readonly violations: readonly DrawnViolation[];
  /** Where a picture was asked for: what came of it. */
  readonly reach?: Pick<ReachResult, "outcome" | "stages" | "prunes" | "start" | "frontier"> | undefined;
  /** How often the protocol's own code ran; absent for a plain transition system. */
  readonly calls?: number | undefined;
  /** Of the tables. */
  readonly bytes: number;
  readonly seconds: number;
  /** Text of the trace file, where asked for and where something broke. */
  readonly trace?: string | undefined;
}

/** The verdict of one cell: the worst over its properties. */
export interface CellReport {
  readonly scenario: string;
  readonly model: SystemModel;
  readonly verdict: Outcome;
  readonly strength: Strength;
  /** The property that decides, unless all hold. */
  readonly property?: string | undefined;
  readonly clause?: string | undefined;
  readonly replay?: string | undefined;
  /** Why the cell could not be searched at all. */
  readonly error?: string | undefined;
}

/** How the search for one known bug went. */
export interface MutantReport {
  readonly id: string;
  readonly found: boolean;
  /** The property that breaks; null while none does. */
  readonly property: string | null;
  /** What found it first: seeds, or a search of every state. */
  readonly search: "seeds" | "states";
  /** Runs until it was found, or in all. */
  readonly cost: number;
  /** Events of the shrunk counterexample; null while there is none. */
  readonly length: number | null;
  readonly equivalent: boolean;
  /** False when the time was over before all seeds were tried. */
  readonly complete: boolean;
  /** What a search state by state came to; null where it was not asked for. */
  readonly byStates: StatesReport | null;
}

/** How the search for one known bug went state by state. */
export interface StatesReport {
  readonly found: boolean;
  readonly property: string | null;
  /** Unlike states until it was found, or in all. */
  readonly states: number;
  /** Events of the run; null while there is none. */
  readonly length: number | null;
  /** False when the time was over before. */
  readonly complete: boolean;
  /** Why nothing is decided though it had its time: what is bounded, or what such a search has not; else null. */
  readonly why: string | null;
  readonly seconds: number;
}

/** What a search worker answers. */
export type SearchAnswer<Report = unknown> =
  | { readonly kind: "report"; readonly report: Report }
  | { readonly kind: "failure"; readonly failure: Failure };
