import { type Outcome, worst } from "../../check/index.ts";
import type { SystemModel } from "../../model/index.ts";
import { usage } from "../cli-error.ts";
import { codeVersion } from "../code-version.ts";
import { exitCodeOf, exitInterrupted } from "../exit-code.ts";
import { exploreJson, exploreText } from "../explore-report.ts";
import type { Settings } from "../option-values.ts";
import { checkOutputFile, writeOutputFile } from "../output-file.ts";
import { scenarioArgument, stepSecondsFor } from "../scenario-argument.ts";
import { scenarioOf } from "../search/load-scenario.ts";
import { lostExploration } from "../search/lost-exploration.ts";
import { mutantOf } from "../search/mutants.ts";
import { isReferenceId, referenceOf } from "../search/reference-models.ts";
import { searchAll } from "../search/search-all.ts";
import {
  type ExploreReport,
  type ExploreTask,
  phaseLoading,
  pulseGenerated,
  pulseOpen,
  pulsePhase,
  pulseRuns,
  type ScenarioReference,
} from "../search/search-task.ts";
import { complain, drawingOf, grouped, print, printJson, terminalOf } from "../terminal.ts";

/** Options of `quorate explore`. */
export interface ExploreFlags {
  readonly network?: string;
  readonly nodes?: string;
  readonly timing?: string;
  readonly set?: Settings;
  readonly workers?: number;
  readonly memoryMb: number;
  readonly seconds: number;
  readonly stepSeconds?: number;
  readonly depth?: number;
  readonly crashes?: number;
  readonly losses?: number;
  readonly duplicates?: number;
  readonly timeouts?: number;
  readonly partitions?: number;
  readonly traitors?: number;
  readonly lies?: number;
  readonly forgeries?: number;
  readonly sync?: "at-once" | "later";
  readonly goal?: string;
  readonly stages?: string;
  readonly mutant?: string;
  readonly carries?: "set" | "multiset" | "ordered";
  readonly depthFirst?: boolean;
  readonly fewInterruptions?: boolean;
  readonly goOn?: boolean;
  /** False with --no-symmetry. */
  readonly symmetry: boolean;
  /** False with --no-reduction. */
  readonly reduction: boolean;
  readonly trace?: string;
  readonly json?: boolean;
}

const orderOf = ({ depthFirst, fewInterruptions }: ExploreFlags): ExploreTask["order"] => {
  if (depthFirst === true && fewInterruptions === true)
    throw usage("--depth-first and --few-interruptions are two orders: give one of them.");
  if (fewInterruptions === true) return "few interruptions first";
  return depthFirst === true ? "depth-first" : "breadth-first";
};

const taskOf = (scenario: ScenarioReference, flags: ExploreFlags): ExploreTask => {
  const { network, nodes, timing, crashes, losses, duplicates, timeouts, partitions, traitors, lies, forgeries } =
    flags;
  return {
    kind: "explore",
    scenario,
    code: codeVersion(),
    change: {
      ...(network === undefined ? {} : { network }),
      ...(nodes === undefined ? {} : { nodes }),
      ...(timing === undefined ? {} : { timing }),
    } as Partial<SystemModel>,
    set: flags.set ?? {},
    budgets: { crashes, losses, duplicates, timeouts, partitions, traitors, lies, forgeries },
    sync: flags.sync === "at-once" ? "at once" : flags.sync,
    stages: flags.stages?.split(",").filter((id) => id !== "") ?? [],
    goal: flags.goal,
    mutant: flags.mutant,
    seconds: flags.seconds,
    megabytes: flags.memoryMb,
    depth: flags.depth,
    order: orderOf(flags),
    goesOn: flags.goOn ?? false,
    carries: flags.carries,
    symmetry: flags.symmetry,
    reduction: flags.reduction,
    drawing: drawingOf(),
    trace: flags.trace !== undefined,
  };
};

const nameOf = (scenario: ScenarioReference): string => (scenario.kind === "id" ? scenario.id : scenario.path);

const progressText = (scenario: ScenarioReference, pulse: Int32Array, seconds: number): string => {
  const name = nameOf(scenario);
  if (Atomics.load(pulse, pulsePhase) === phaseLoading) return `${name}: loading`;
  const generated = Atomics.load(pulse, pulseGenerated) * 1_000;
  const open = Atomics.load(pulse, pulseOpen) * 1_000;
  const rate = grouped(Math.round(generated / Math.max(seconds, 0.001)));
  return `${name}: ${grouped(Atomics.load(pulse, pulseRuns))} states · ${rate} generated/s · about ${grouped(open)} open · ${Math.round(seconds)} s`;
};

/** Ids are looked up before a worker is started for each: what is not there is said at once. */
const argumentOf = (text: string, set: Settings): ScenarioReference => {
  const scenario = scenarioArgument(text);
  if (scenario.kind === "file") return scenario;
  if (isReferenceId(scenario.id)) referenceOf(scenario.id, set);
  else scenarioOf(scenario.id);
  return scenario;
};

/** A picture that no run leads to is what a violated property is: the answer is no. */
const reachOutcomes = { reached: "holds", violated: "violated", no: "violated", unknown: "unknown" } as const;

const outcomeOf = ({ verdicts, reach }: ExploreReport): Outcome =>
  reach === undefined ? worst(verdicts.map(({ verdict }) => verdict)) : reachOutcomes[reach.outcome];

const tell = (reports: readonly ExploreReport[], { json, trace }: ExploreFlags, several: boolean): void => {
  if (json === true) printJson(several ? { explorations: reports.map(exploreJson) } : exploreJson(reports[0]!));
  else print(reports.map((report) => exploreText(report, terminalOf())).join("\n"));
  const [first] = reports;
  if (trace === undefined || first === undefined) return;
  if (first.trace !== undefined) return writeOutputFile(trace, first.trace);
  complain(`quorate: ${trace} was not written: there is no run to keep.`);
};

/** `quorate explore`. */
export const explore = async (texts: readonly string[], flags: ExploreFlags): Promise<number> => {
  checkOutputFile(flags.trace);
  if (texts.length > 1)
    for (const name of ["trace", "goal", "stages", "mutant"] as const)
      if (flags[name] !== undefined) throw usage(`--${name} goes with one scenario: name one.`);
  if (flags.mutant !== undefined) mutantOf(flags.mutant);
  const jobs = texts.map((text) => argumentOf(text, flags.set ?? {}));
  const reports = new Map<ScenarioReference, ExploreReport>();
  const interrupted = await searchAll<ScenarioReference, ExploreReport>({
    jobs,
    noun: "searches",
    workers: flags.workers,
    taskOf: (scenario) => taskOf(scenario, flags),
    onReport: (scenario, report) => reports.set(scenario, report),
    silenceMsMaxOf: (scenario) => stepSecondsFor(scenario, flags.stepSeconds) * 1_000,
    onLost: (scenario, task, lost, pulse, note) =>
      lostExploration(task as ExploreTask, lost, pulse, note, stepSecondsFor(scenario, flags.stepSeconds)),
    progressOf: progressText,
  });
  const found = jobs.flatMap((job) => reports.get(job) ?? []);
  if (found.length > 0) tell(found, flags, jobs.length > 1);
  if (interrupted) complain("quorate: interrupted: this is what was seen until then.");
  return interrupted ? exitInterrupted : exitCodeOf(worst(found.map(outcomeOf)));
};
