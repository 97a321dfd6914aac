import { describeModel } from "../model/index.ts";
import type { Scenario } from "../simulate/index.ts";
import { describeStep, isSameModel } from "./models.ts";
import { markOf } from "./report.ts";
import type { CellReport } from "./search/search-task.ts";
import { counted, type Terminal } from "./terminal.ts";

/** How a cell came to its verdict: `1,000 seeds`, `PL2, 6 events`, `not reached`. */
const evidence = ({ verdict, strength, property, clause }: CellReport): string => {
  if (verdict === "violated")
    return strength.events === undefined ? `${property}` : `${property}, ${counted(strength.events, "event")}`;
  if (verdict === "holds") return counted(strength.runs ?? 0, "seed");
  if ((strength.runs ?? 0) === 0) return "not reached";
  const why = clause?.startsWith("never exercised") === true ? "never exercised" : "not decided";
  return `${property ?? ""} ${why} in ${counted(strength.runs ?? 0, "run")}`.trim();
};

const cellsOf = ({ id }: Scenario, cells: readonly CellReport[]): readonly CellReport[] =>
  cells.filter(({ scenario }) => scenario === id);

/** The table for a terminal: a scenario with its claim, and below it what was found in each model. */
export const matrixText = (
  scenarios: readonly Scenario[],
  cells: readonly CellReport[],
  terminal: Terminal,
): string => {
  const { paint } = terminal;
  const block = (scenario: Scenario): string => {
    const own = cellsOf(scenario, cells);
    const steps = own.map(({ model }) => describeStep(model, scenario.model));
    const width = Math.max(...steps.map((step) => step.length), 24);
    const rows = own.map((cell, at) => {
      const words = cell.verdict.padEnd(8);
      return `  ${markOf(cell.verdict, terminal)} ${steps[at]!.padEnd(width)}  ${words}  ${paint(evidence(cell), "dim")}`;
    });
    return `${paint(scenario.id, "bold")}  ${paint(describeModel(scenario.model), "dim")}\n${rows.join("\n")}`;
  };
  const claimed = cells.filter(({ scenario, model }) =>
    scenarios.some(({ id, model: claim }) => id === scenario && isSameModel(model, claim)),
  );
  const held = claimed.filter(({ verdict }) => verdict === "holds").length;
  const broken = cells.filter((cell) => !claimed.includes(cell) && cell.verdict === "violated").length;
  const sum = `${held} of ${counted(claimed.length, "claim")} hold; ${broken} of ${counted(cells.length - claimed.length, "cell")} outside are broken.`;
  return `${scenarios.map(block).join("\n\n")}\n\n${paint(sum, "dim")}\n`;
};

const escapeCell = (text: string): string => text.replaceAll("|", "\\|");

const markdownCell = (cell: CellReport): string => {
  const words = { holds: "holds", violated: "**violated**", unknown: "unknown" }[cell.verdict];
  return escapeCell(`${words} (${evidence(cell)})`);
};

/** The table for a page: a row a scenario, what it claims, and what was found one step (or more) outside. */
export const matrixMarkdown = (scenarios: readonly Scenario[], cells: readonly CellReport[]): string => {
  const row = (scenario: Scenario): string => {
    const own = cellsOf(scenario, cells);
    const claim = own.find(({ model }) => isSameModel(model, scenario.model));
    const outside = own.filter((cell) => cell !== claim);
    const steps = outside.map((cell) => `${describeStep(cell.model, scenario.model)}: ${markdownCell(cell)}`);
    const claimed = claim === undefined ? "unknown" : markdownCell(claim);
    return `| \`${scenario.id}\` | ${describeModel(scenario.model)} | ${claimed} | ${steps.join("<br>")} |`;
  };
  return [
    "| scenario | claimed model | there | outside |",
    "| --- | --- | --- | --- |",
    ...scenarios.map(row),
    "",
  ].join("\n");
};
