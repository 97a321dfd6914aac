import { describeModel, type SystemModel } from "../model/index.ts";
import { type Claim, claimedModels, describeStep, isClaimed } from "./models.ts";
import { markOf } from "./report.ts";
import type { CellReport } from "./search/search-task.ts";
import { counted, type Terminal, wrapText } from "./terminal.ts";

/** How a cell came to its verdict: `1,000 seeds`, `PL2, 6 events`, `not reached`. */
const evidence = ({ verdict, strength, property, clause, error }: CellReport): string => {
  if (error !== undefined) return "could not be searched";
  if (verdict === "violated")
    return strength.events === undefined ? `${property}` : `${property}, ${counted(strength.events, "event")}`;
  if (verdict === "holds") return counted(strength.runs ?? 0, "seed");
  if ((strength.runs ?? 0) === 0) return "not reached";
  const why = clause?.startsWith("never exercised") === true ? "never exercised" : "not decided";
  return `${property ?? ""} ${why} in ${counted(strength.runs ?? 0, "run")}`.trim();
};

/** A scenario and its cells. */
export interface MatrixBlock {
  readonly subject: Claim & { readonly id: string };
  readonly cells: readonly CellReport[];
}

const claimText = (claim: Claim): string => claimedModels(claim).map(describeModel).join(", also ");

/** How a model differs from the first claim; `claimed` where it does not, and beside those that are claimed as well. */
const stepOf = (subject: Claim, model: SystemModel): string => {
  const step = describeStep(model, subject.model);
  return isClaimed(subject, model) && step !== "claimed" ? `${step} (claimed)` : step;
};

const blockText = ({ subject, cells }: MatrixBlock, terminal: Terminal): string => {
  const { paint, width } = terminal;
  const steps = cells.map(({ model }) => stepOf(subject, model));
  const stepWidth = Math.max(...steps.map((step) => step.length), 24);
  const rows = cells.map((cell, at) => {
    const words = cell.verdict.padEnd(8);
    return `  ${markOf(cell.verdict, terminal)} ${steps[at]!.padEnd(stepWidth)}  ${words}  ${paint(evidence(cell), "dim")}`;
  });
  const head = `${subject.id}  ${claimText(subject)}`;
  const claim = head.length > width ? `\n${wrapText(claimText(subject), width, "  ")}` : `  ${claimText(subject)}`;
  return `${paint(subject.id, "bold")}${paint(claim, "dim")}\n${rows.join("\n")}`;
};

/** The table for a terminal: a scenario with its claim, and below it what was found in each model. */
export const matrixText = (blocks: readonly MatrixBlock[], terminal: Terminal): string => {
  const cells = blocks.flatMap((block) =>
    block.cells.map(({ model, verdict }) => ({ claimed: isClaimed(block.subject, model), verdict })),
  );
  const claims = cells.filter(({ claimed }) => claimed);
  const held = claims.filter(({ verdict }) => verdict === "holds").length;
  const broken = cells.filter(({ claimed, verdict }) => !claimed && verdict === "violated").length;
  const sum = `${held} of ${counted(claims.length, "claim")} hold; ${broken} of ${counted(cells.length - claims.length, "cell")} outside are broken.`;
  return `${blocks.map((block) => blockText(block, terminal)).join("\n\n")}\n\n${terminal.paint(sum, "dim")}\n`;
};

const escapeCell = (text: string): string => text.replaceAll("|", "\\|");

const markdownCell = (cell: CellReport): string => {
  const words = { holds: "holds", violated: "**violated**", unknown: "unknown" }[cell.verdict];
  return escapeCell(`${words} (${evidence(cell)})`);
};

/** The table for a page: a row a scenario, what it claims, and what was found one step (or more) outside. */
export const matrixMarkdown = (blocks: readonly MatrixBlock[]): string => {
  const row = ({ subject, cells }: MatrixBlock): string => {
    const step = (cell: CellReport): string => `${stepOf(subject, cell.model)}: ${markdownCell(cell)}`;
    const [first, ...rest] = cells;
    const inside = rest.filter(({ model }) => isClaimed(subject, model)).map(step);
    const outside = rest.filter(({ model }) => !isClaimed(subject, model)).map(step);
    const claimed = [first === undefined ? "unknown" : markdownCell(first), ...inside].join("<br>");
    return `| \`${subject.id}\` | ${claimText(subject)} | ${claimed} | ${outside.join("<br>")} |`;
  };
  return ["| scenario | claimed model | there | outside |", "| --- | --- | --- | --- |", ...blocks.map(row), ""].join(
    "\n",
  );
};
