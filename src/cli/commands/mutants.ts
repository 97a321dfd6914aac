import { mutants as allMutants } from "../../scenarios/index.ts";
import type { Mutant } from "../../simulate/index.ts";
import { ResultCache } from "../cache.ts";
import { codeVersion } from "../code-version.ts";
import { exitHolds, exitInterrupted, exitUnknown, exitViolated } from "../exit-code.ts";
import { mutantsPage } from "../mutants-page.ts";
import { markOf } from "../report.ts";
import { mutantOf } from "../search/mutants.ts";
import { searchAll } from "../search/search-all.ts";
import type { MutantReport } from "../search/search-task.ts";
import { complain, counted, print, printJson, type Terminal, terminalOf, wrapText } from "../terminal.ts";

/** Options of `quorate mutants`. */
export interface MutantsFlags {
  readonly json?: boolean;
  readonly seconds: number;
  /** By seeds, state by state, or both. */
  readonly search: "seeds" | "states" | "both";
  readonly workers?: number;
  readonly markdown?: boolean;
  /** False with --no-cache. */
  readonly cache: boolean;
}

const roundsMax = 3;

/** How a mutant should have come out: found unless it is equivalent. */
const isRight = ({ found, equivalent }: MutantReport): boolean => found !== equivalent;

/** Why a search state by state alone says nothing of a bug; null where it does. */
const silenceOf = ({ found, search, equivalent, byStates }: MutantReport): string | null =>
  search === "states" && !found && !equivalent ? (byStates?.why ?? null) : null;

/** Whether the time was over before it was found or all seeds were tried, or a search state by state says nothing. */
const isOpen = (report: MutantReport): boolean => !report.found && (!report.complete || silenceOf(report) !== null);

const notTried = ({ id, equivalent }: Mutant): MutantReport => ({
  id,
  found: false,
  property: null,
  search: "seeds",
  cost: 0,
  length: null,
  equivalent: equivalent !== undefined,
  complete: false,
  byStates: null,
});

/** Whether nothing is left to do for it, by seeds and by states. */
const isWhole = ({ complete, byStates }: MutantReport): boolean => complete && byStates?.complete !== false;

const searchMutants = async (
  chosen: readonly Mutant[],
  { seconds, search, workers, cache: useCache }: MutantsFlags,
): Promise<{ readonly reports: readonly MutantReport[]; readonly interrupted: boolean }> => {
  const code = codeVersion();
  const cache = new ResultCache<MutantReport>(`mutants by ${search}`, code);
  const reports = new Map<string, MutantReport>();
  for (const { id } of chosen) {
    const kept = useCache ? cache.get(id) : undefined;
    if (kept !== undefined) reports.set(id, kept);
  }
  const deadline = performance.now() + seconds * 1_000;
  let interrupted = false;
  // What one did not need is given to those that needed more than their share.
  for (let round = 0; round < roundsMax && !interrupted; round++) {
    const left = (deadline - performance.now()) / 1_000;
    if (round > 0 && left < 0.1 * seconds) break;
    interrupted = await searchAll<Mutant, MutantReport>({
      jobs: chosen.filter(({ id }) => {
        const report = reports.get(id);
        return report === undefined || !isWhole(report);
      }),
      workers,
      seconds: left,
      noun: "mutants",
      taskOf: ({ id }, granted) => ({ kind: "mutant", mutant: id, code, seconds: granted, search }),
      onReport: ({ id }, report) => {
        reports.set(id, report);
        if (isWhole(report)) cache.set(id, report);
      },
      // One search that is lost is no reason to throw away what the others found.
      onLost: (mutant, _task, lost) => {
        complain(`${mutant.id}: its search was lost: ${lost.message}`);
        return reports.get(mutant.id) ?? notTried(mutant);
      },
    });
  }
  cache.save();
  return { reports: chosen.map((mutant) => reports.get(mutant.id) ?? notTried(mutant)), interrupted };
};

const eventsText = (length: number | null): string => (length === null ? "" : `, ${counted(length, "event")}`);

const statesText = ({ byStates, search }: MutantReport): string => {
  if (byStates === null || search === "states") return "";
  const { found, states, length, complete, why } = byStates;
  const count = counted(states, "state");
  if (found) return `; after ${count}${eventsText(length)}`;
  if (complete && why !== null) return `; not in ${count}: ${why}`;
  return complete ? `; not in ${count}` : `; not decided in ${count}`;
};

const howText = (report: MutantReport): string => {
  const { found, property, cost, length, equivalent, complete, search } = report;
  const effort = counted(cost, search === "states" ? "state" : "run");
  if (found) return `${property} after ${effort}${eventsText(length)}${statesText(report)}`;
  if (!complete) return cost === 0 ? "not reached" : `not decided in ${effort}`;
  const silence = silenceOf(report);
  if (silence !== null) return `not found in ${effort}: ${silence}`;
  return equivalent ? `equivalent, not reported in ${effort}` : `not found in ${effort}`;
};

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2,
  );
};

/** What it takes to find a bug, in the middle of all that were found: by seeds, and state by state. */
const mediansOf = (
  reports: readonly MutantReport[],
): { readonly seeds: readonly number[]; readonly states: readonly number[] } => {
  const bugs = reports.filter(({ equivalent }) => !equivalent);
  return {
    seeds: bugs.flatMap(({ found, search, cost }) => (found && search === "seeds" ? [cost] : [])),
    states: bugs.flatMap(({ byStates }) => (byStates?.found === true ? [byStates.states] : [])),
  };
};

const mediansText = (reports: readonly MutantReport[]): string => {
  const { seeds, states } = mediansOf(reports);
  const parts = [
    ...(seeds.length === 0 ? [] : [`${counted(median(seeds), "run")} by seeds (${counted(seeds.length, "bug")})`]),
    ...(states.length === 0
      ? []
      : [`${counted(median(states), "state")} state by state (${counted(states.length, "bug")})`]),
  ];
  return parts.length === 0 ? "" : ` Median cost: ${parts.join(", ")}.`;
};

const mutantsText = (chosen: readonly Mutant[], reports: readonly MutantReport[], terminal: Terminal): string => {
  const { paint, width } = terminal;
  const idWidth = Math.max(0, ...reports.map(({ id }) => id.length));
  const lines = reports.map((report, at) => {
    const outcome = isOpen(report) ? "unknown" : isRight(report) ? "holds" : "violated";
    const { change } = chosen[at]!;
    const words = change.length > width - 6 ? `${change.slice(0, width - 7)}…` : change;
    return `  ${markOf(outcome, terminal)} ${paint(report.id.padEnd(idWidth), "bold")}  ${howText(report)}\n      ${paint(words, "dim")}`;
  });
  const due = reports.filter(({ equivalent }) => !equivalent);
  const found = due.filter((report) => report.found).length;
  const equivalent = reports.length - due.length;
  const reported = reports.filter((report) => report.equivalent && report.found).length;
  const open = reports.filter(isOpen).length;
  const unknown = open === 0 ? "" : ` ${open} unknown.`;
  const sum = `${found} of ${counted(due.length, "bug")} found; ${reported} of ${counted(equivalent, "equivalent change")} reported.${unknown}${mediansText(reports)}`;
  return `${lines.join("\n")}\n\n${wrapText(sum, width)}\n`;
};

const reportJson = ({ id, found, property, search, cost, length, equivalent, byStates }: MutantReport): object => ({
  id,
  found,
  property,
  search,
  cost,
  length,
  equivalent,
  ...(byStates === null
    ? {}
    : {
        byStates: {
          found: byStates.found,
          property: byStates.property,
          cost: byStates.states,
          length: byStates.length,
          seconds: Number(byStates.seconds.toFixed(2)),
          why: byStates.why,
        },
      }),
});

const medianJson = (reports: readonly MutantReport[]): object => {
  const { seeds, states } = mediansOf(reports);
  return {
    seeds: seeds.length === 0 ? null : median(seeds),
    states: states.length === 0 ? null : median(states),
  };
};

const exitCodeFor = (reports: readonly MutantReport[]): number => {
  if (reports.some((report) => !isRight(report) && !isOpen(report))) return exitViolated;
  return reports.some(isOpen) ? exitUnknown : exitHolds;
};

/** `quorate mutants`. */
export const mutants = async (ids: readonly string[], flags: MutantsFlags): Promise<number> => {
  const chosen = ids.length === 0 ? allMutants : ids.map(mutantOf);
  const { reports, interrupted } = await searchMutants(chosen, flags);
  if (flags.json === true) printJson({ mutants: reports.map(reportJson), medianCost: medianJson(reports) });
  else if (flags.markdown === true) print(mutantsPage(reports, mediansText(reports)));
  else print(mutantsText(chosen, reports, terminalOf()));
  const open = reports.filter((report) => isOpen(report) && silenceOf(report) === null).map(({ id }) => id);
  // What has no verdict is named here too, since "not found" in the JSON says no more than that.
  const why = interrupted ? "interrupted" : `${flags.seconds} s were not enough, --seconds gives more`;
  if (open.length > 0) complain(`quorate: ${why}: not decided are ${open.join(", ")}.`);
  return interrupted ? exitInterrupted : exitCodeFor(reports);
};
