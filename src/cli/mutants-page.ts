import type { MutantReport } from "./search/search-task.ts";

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

const seedsOf = ({ search, found, cost, equivalent }: MutantReport): string => {
  if (search !== "seeds") return "";
  if (found) return String(cost);
  return equivalent ? `not reported in ${cost}` : `not in ${cost}`;
};

const statesOf = ({ byStates, equivalent }: MutantReport): string => {
  if (byStates === null) return "";
  const { found, states } = byStates;
  if (found) return String(states);
  return equivalent ? `not reported in ${states}` : `not in ${states}`;
};

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const rowOf = (report: MutantReport): string => {
  const { id, property, byStates } = report;
  const why = byStates === null || byStates.found ? "" : (byStates.why ?? "");
  const seconds = byStates === null ? "" : byStates.seconds.toFixed(1);
  return row(`\`${id}\``, property ?? "", seedsOf(report), statesOf(report), seconds, cell(why));
};

/** The page of what each known bug took to be found. */
export const mutantsPage = (reports: readonly MutantReport[], medians: string): string =>
  [
    row("mutant", "property", "seeds", "states", "seconds", "why not by states"),
    row("---", "---", "---:", "---:", "---:", "---"),
    ...reports.map(rowOf),
    "",
    medians.trim(),
    "",
  ].join("\n");
