import type { Outcome } from "../../check/index.ts";
import type { SystemModel } from "../../model/index.ts";
import { scenarios } from "../../scenarios/index.ts";
import { dialNames, prepare, type Scenario } from "../../simulate/index.ts";
import { ResultCache } from "../cache.ts";
import { usage } from "../cli-error.ts";
import { codeVersion } from "../code-version.ts";
import { exitCodeOf, exitInterrupted } from "../exit-code.ts";
import { matrixMarkdown, matrixText } from "../matrix-table.ts";
import { allModels, isSameModel, oneStepBelow } from "../models.ts";
import type { Settings } from "../option-values.ts";
import { scenarioOf } from "../search/load-scenario.ts";
import { outcomeOf } from "../search/outcome.ts";
import { searchAll, workersFor } from "../search/search-all.ts";
import type { CellReport } from "../search/search-task.ts";
import { print, printJson, terminalOf } from "../terminal.ts";

/** Options of `quorate matrix`. */
export interface MatrixFlags {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly seconds: number;
  readonly all?: boolean;
  readonly set?: Settings;
  /** False with --no-cache. */
  readonly cache: boolean;
}

/** One place of the table. */
interface Place {
  readonly scenario: Scenario;
  readonly model: SystemModel;
  readonly set: Settings;
}

/** What the cache keeps: a cell and the time that it was given. */
interface Kept {
  readonly report: CellReport;
  readonly seconds: number;
}

/** Of the settings those that a scenario has: not each has a number of clients. */
const settingsFor = ({ parameters }: Scenario, set: Settings): Settings =>
  Object.fromEntries(
    Object.entries(set).filter(([name]) => name in parameters || (dialNames as readonly string[]).includes(name)),
  );

const checkSettings = (chosen: readonly Scenario[], set: Settings): void => {
  for (const name of Object.keys(set)) {
    if (chosen.some((scenario) => name in settingsFor(scenario, set))) continue;
    throw usage(`none of these scenarios has a parameter "${name}": \`quorate lab ID\` lists what a scenario has.`);
  }
  for (const scenario of chosen) {
    try {
      prepare(scenario as never, settingsFor(scenario, set));
    } catch (thrown) {
      throw usage(`scenario ${scenario.id}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }
};

/** The claims first: they matter most when time is short. */
const placesOf = (chosen: readonly Scenario[], all: boolean, set: Settings): readonly Place[] => {
  const place = (scenario: Scenario, model: SystemModel): Place => ({
    scenario,
    model,
    set: settingsFor(scenario, set),
  });
  const claims = chosen.map((scenario) => place(scenario, scenario.model));
  const others = chosen.flatMap((scenario) =>
    (all ? allModels : oneStepBelow(scenario.model))
      .filter((model) => !isSameModel(model, scenario.model))
      .map((model) => place(scenario, model)),
  );
  return [...claims, ...others];
};

const keyOf = ({ scenario: { id }, model: { network, nodes, timing }, set }: Place): string =>
  JSON.stringify([id, network, nodes, timing, Object.entries(set).sort()]);

/** A cell that no time was left for. */
const unreached = ({ scenario: { id }, model }: Place): CellReport => ({
  scenario: id,
  model,
  verdict: "unknown",
  strength: { by: "budget", runs: 0 },
});

const cellJson = ({ scenario, model, verdict, strength, property, replay }: CellReport): object => ({
  scenario,
  model,
  verdict,
  strength,
  ...(property === undefined ? {} : { property }),
  ...(replay === undefined ? {} : { replay }),
});

const searchPlaces = async (
  places: readonly Place[],
  { seconds, cache: useCache }: MatrixFlags,
): Promise<{ readonly cells: ReadonlyMap<Place, CellReport>; readonly interrupted: boolean }> => {
  const code = codeVersion();
  const cache = new ResultCache<Kept>("matrix", code);
  const cells = new Map<Place, CellReport>();
  const share = (seconds * workersFor(places.length)) / Math.max(1, places.length);
  for (const place of places) {
    const kept = useCache ? cache.get(keyOf(place)) : undefined;
    // More time may find more; a counterexample stays one.
    if (kept !== undefined && (kept.report.verdict === "violated" || kept.seconds >= 0.8 * share))
      cells.set(place, kept.report);
  }
  const given = new Map<Place, number>();
  const interrupted = await searchAll<Place, CellReport>({
    jobs: places.filter((place) => !cells.has(place)),
    seconds,
    noun: "cells",
    taskOf: (place, granted = seconds) => {
      given.set(place, granted);
      const { scenario, model, set } = place;
      return { kind: "cell", scenario: { kind: "id", id: scenario.id }, code, model, set, seconds: granted };
    },
    onReport: (place, report) => {
      cells.set(place, report);
      if (report.verdict !== "unknown") cache.set(keyOf(place), { report, seconds: given.get(place) ?? 0 });
    },
  });
  cache.save();
  return { cells, interrupted };
};

/** The verdict on the table is that on the claims: outside them something is expected to break. */
const claimsOutcome = (places: readonly Place[], cells: readonly CellReport[]): Outcome => {
  const claims = cells.filter((_, at) => isSameModel(places[at]!.model, places[at]!.scenario.model));
  return outcomeOf({ verdicts: claims });
};

/** `quorate matrix`. */
export const matrix = async (ids: readonly string[], flags: MatrixFlags): Promise<number> => {
  const chosen = ids.length === 0 ? (scenarios as unknown as readonly Scenario[]) : ids.map(scenarioOf);
  checkSettings(chosen, flags.set ?? {});
  const places = placesOf(chosen, flags.all ?? false, flags.set ?? {});
  const { cells: found, interrupted } = await searchPlaces(places, flags);
  const cells = places.map((place) => found.get(place) ?? unreached(place));
  if (flags.json === true) printJson({ cells: cells.map(cellJson) });
  else print(flags.markdown === true ? matrixMarkdown(chosen, cells) : matrixText(chosen, cells, terminalOf()));
  if (interrupted) process.stderr.write("quorate: interrupted: cells that were not reached are unknown.\n");
  return interrupted ? exitInterrupted : exitCodeOf(claimsOutcome(places, cells));
};
