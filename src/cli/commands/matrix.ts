import { type Outcome, worst } from "../../check/index.ts";
import { describeModel, type SystemModel } from "../../model/index.ts";
import { scenarios } from "../../scenarios/index.ts";
import type { Scenario } from "../../simulate/index.ts";
import { ResultCache } from "../cache.ts";
import { type CliError, usage } from "../cli-error.ts";
import { codeVersion } from "../code-version.ts";
import { exitCodeOf, exitFault, exitInterrupted } from "../exit-code.ts";
import { type MatrixBlock, matrixMarkdown, matrixText } from "../matrix-table.ts";
import { isClaimed, isSameModel, modelsAround } from "../models.ts";
import type { Settings } from "../option-values.ts";
import { asSentence } from "../say-failure.ts";
import { scenarioArgument, stepSecondsFor } from "../scenario-argument.ts";
import { describeReference } from "../search/describe-reference.ts";
import { lossError, lostCell } from "../search/lost-report.ts";
import { outcomeOf } from "../search/outcome.ts";
import { type ScenarioDescription, settingsFor } from "../search/scenario-description.ts";
import { searchAll, workersFor } from "../search/search-all.ts";
import type { CellReport, CellTask, ScenarioReference } from "../search/search-task.ts";
import { complain, print, printJson, terminalOf } from "../terminal.ts";

/** Options of `quorate matrix`. */
export interface MatrixFlags {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly seconds: number;
  readonly stepSeconds?: number;
  readonly all?: boolean;
  readonly set?: Settings;
  /** False with --no-cache. */
  readonly cache: boolean;
}

/** What the table is about: a scenario of the lab or of a user's file, and where it is. */
interface Subject {
  readonly reference: ScenarioReference;
  readonly description: ScenarioDescription;
}

/** One place of the table. */
interface Place {
  readonly subject: Subject;
  readonly model: SystemModel;
  readonly set: Settings;
}

/** What the cache keeps: a cell and the time that it was given. */
interface Kept {
  readonly report: CellReport;
  readonly seconds: number;
}

/** Each setting must be one that some of the scenarios has. */
const checkSettings = (subjects: readonly Subject[], set: Settings): void => {
  for (const name of Object.keys(set)) {
    if (subjects.some(({ description }) => name in settingsFor(description, set))) continue;
    throw usage(`none of these scenarios has a parameter "${name}": \`quorate lab ID\` lists what a scenario has.`);
  }
};

const subjectsOf = async (texts: readonly string[], { set = {}, stepSeconds }: MatrixFlags): Promise<Subject[]> => {
  const all = (scenarios as unknown as readonly Scenario[]).map(({ id }): ScenarioReference => ({ kind: "id", id }));
  const references = texts.length === 0 ? all : texts.map(scenarioArgument);
  const subjects: Subject[] = [];
  for (const reference of references)
    subjects.push({ reference, description: await describeReference(reference, set, stepSeconds) });
  checkSettings(subjects, set);
  return subjects;
};

/** The claims first: they matter most when time is short. */
const placesOf = (subjects: readonly Subject[], all: boolean, set: Settings): readonly Place[] => {
  const places = subjects.flatMap((subject) =>
    modelsAround(subject.description, all).map(
      (model): Place => ({ subject, model, set: settingsFor(subject.description, set) }),
    ),
  );
  const rank = ({ subject: { description }, model }: Place): number =>
    isSameModel(model, description.model) ? 0 : isClaimed(description, model) ? 1 : 2;
  return places.sort((a, b) => rank(a) - rank(b));
};

const keyOf = ({ subject: { reference, description }, model: { network, nodes, timing }, set }: Place): string => {
  const name = reference.kind === "file" ? [reference.name ?? ""] : [];
  return JSON.stringify([description.replayId, ...name, network, nodes, timing, Object.entries(set).sort()]);
};

/** A cell that no time was left for. */
const unreached = ({ subject: { description }, model }: Place): CellReport => ({
  scenario: description.id,
  model,
  verdict: "unknown",
  strength: { by: "budget", runs: 0 },
});

/** A cell whose search failed: nothing is known of it, and the rest of the table is none the worse. */
const failed = (place: Place, { message }: CliError): CellReport => ({ ...unreached(place), error: message });

/** What a cell is for programs; the property that breaks is part of the replay string. */
const cellJson = ({ scenario, model, verdict, strength, replay, error }: CellReport): object => ({
  scenario,
  model,
  verdict,
  strength,
  ...(replay === undefined ? {} : { replay }),
  ...(error === undefined ? {} : { error }),
});

/** The results of earlier tables that are as good as what the time now allows. */
const fromCache = (cache: ResultCache<Kept>, places: readonly Place[], seconds: number): Map<Place, CellReport> => {
  const cells = new Map<Place, CellReport>();
  const share = (seconds * workersFor(places.length)) / Math.max(1, places.length);
  for (const place of places) {
    const kept = cache.get(keyOf(place));
    // More time may find more; a counterexample stays one.
    if (kept !== undefined && (kept.report.verdict === "violated" || kept.seconds >= 0.8 * share))
      cells.set(place, kept.report);
  }
  return cells;
};

const searchPlaces = async (
  places: readonly Place[],
  { seconds, stepSeconds, cache: useCache }: MatrixFlags,
): Promise<{
  readonly cells: ReadonlyMap<Place, CellReport>;
  readonly failures: readonly CliError[];
  readonly interrupted: boolean;
}> => {
  const code = codeVersion();
  const cache = new ResultCache<Kept>("matrix", code);
  const cells = useCache ? fromCache(cache, places, seconds) : new Map<Place, CellReport>();
  const stepSecondsOf = ({ subject }: Place): number => stepSecondsFor(subject.reference, stepSeconds);
  const given = new Map<Place, number>();
  const failures: CliError[] = [];
  const interrupted = await searchAll<Place, CellReport>({
    jobs: places.filter((place) => !cells.has(place)),
    seconds,
    noun: "cells",
    taskOf: (place, granted = seconds): CellTask => {
      given.set(place, granted);
      return {
        kind: "cell",
        scenario: place.subject.reference,
        code,
        model: place.model,
        set: place.set,
        seconds: granted,
      };
    },
    silenceMsMaxOf: (place) => stepSecondsOf(place) * 1_000,
    onLost: (place, task, lost, pulse) => {
      const seconds = stepSecondsOf(place);
      const cell = lostCell(task as CellTask, place.subject.description, lost, pulse, seconds);
      if (cell === undefined) throw lossError(lost, place.subject.reference, seconds);
      return cell;
    },
    onFailure: (place, failure) => {
      failures.push(failure);
      return failed(place, failure);
    },
    onReport: (place, report) => {
      cells.set(place, report);
      if (report.verdict !== "unknown") cache.set(keyOf(place), { report, seconds: given.get(place) ?? 0 });
    },
  });
  cache.save();
  return { cells, failures, interrupted };
};

/** Says of each cell that failed why; a fault of ours is asked to be reported. */
const sayFailures = (cells: readonly CellReport[], failures: readonly CliError[]): void => {
  for (const { scenario, model, error } of cells)
    if (error !== undefined)
      complain(`quorate: ${scenario} in ${describeModel(model)} is unknown: ${asSentence(error)}`);
  if (failures.some(({ exitCode }) => exitCode === exitFault))
    complain("quorate: that is a fault of quorate, not yours: please report it with the command that you gave.");
};

/** The verdict on the table is that on the claims: outside them something is expected to break. */
const claimsOutcome = (places: readonly Place[], cells: readonly CellReport[]): Outcome => {
  const claims = cells.filter((_, at) => isClaimed(places[at]!.subject.description, places[at]!.model));
  return outcomeOf({ verdicts: claims });
};

/** `quorate matrix`. */
export const matrix = async (texts: readonly string[], flags: MatrixFlags): Promise<number> => {
  const subjects = await subjectsOf(texts, flags);
  const places = placesOf(subjects, flags.all ?? false, flags.set ?? {});
  const { cells: found, failures, interrupted } = await searchPlaces(places, flags);
  // Where not one cell could be searched there is no table to go on with.
  if (failures.length > 0 && failures.length === places.length) throw failures[0];
  const cells = places.map((place) => found.get(place) ?? unreached(place));
  const blocks = subjects.map(
    (subject): MatrixBlock => ({
      subject: subject.description,
      cells: cells.filter((_, at) => places[at]!.subject === subject),
    }),
  );
  if (flags.json === true) printJson({ cells: cells.map(cellJson) });
  else print(flags.markdown === true ? matrixMarkdown(blocks) : matrixText(blocks, terminalOf()));
  sayFailures(cells, failures);
  if (interrupted) complain("quorate: interrupted: cells that were not reached are unknown.");
  if (interrupted) return exitInterrupted;
  const outcome = claimsOutcome(places, cells);
  return exitCodeOf(failures.length > 0 ? worst([outcome, "unknown"]) : outcome);
};
