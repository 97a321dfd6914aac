import { describeStrength, type Outcome, type Parameters, type Verdict } from "../check/index.ts";
import { describe, describeModel } from "../model/index.ts";
import type { DrawnViolation, RunReport } from "./search/search-task.ts";
import { counted, grouped, type Paint, type Style, type Terminal, wrapText } from "./terminal.ts";

const marks: { readonly [K in Outcome]: string } = { holds: "✔", violated: "✘", unknown: "?" };
const asciiMarks: { readonly [K in Outcome]: string } = { holds: "+", violated: "!", unknown: "?" };
const styles: { readonly [K in Outcome]: Style } = { holds: "green", violated: "red", unknown: "yellow" };

/** A verdict as a mark and a colour. */
export const markOf = (outcome: Outcome, { ascii, paint }: Terminal): string =>
  paint((ascii ? asciiMarks : marks)[outcome], styles[outcome], "bold");

/** `n=3 f=1 loss=0.1` */
export const describeParameters = (parameters: Parameters): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");

const strengthText = ({ strength, verdict, exercised }: Verdict): string => {
  if (verdict === "unknown" && exercised === 0 && strength.by !== "budget")
    return `never exercised in ${strength.states === undefined ? counted(strength.runs ?? 0, "run") : counted(strength.states, "state")}`;
  const text = describeStrength(strength).replace(/\d{4,}/g, (digits) => grouped(Number(digits)));
  if (strength.by === "counterexample" && strength.events === undefined) return "counterexample";
  return strength.runs === 1 ? text.replace("seeds", "seed").replace("runs", "run") : text;
};

/** One line a property: id, verdict, strength, how often its premise occurred. */
export const verdictLines = (verdicts: readonly Verdict[], terminal: Terminal): string => {
  const { paint } = terminal;
  const ids = Math.max(...verdicts.map(({ property }) => property.length));
  const strengths = verdicts.map(strengthText);
  const strengthWidth = Math.max(...strengths.map((text) => text.length));
  return verdicts
    .map((verdict, at) => {
      const { property, verdict: outcome, exercised, clause } = verdict;
      const words = outcome.padEnd(8);
      const premises = exercised > 0 ? paint(`exercised ${counted(exercised, "time")}`, "dim") : "";
      const line = `  ${markOf(outcome, terminal)} ${paint(property.padEnd(ids), "bold")}  ${paint(words, styles[outcome])}  ${strengths[at]!.padEnd(strengthWidth)}  ${premises}`;
      const why =
        outcome === "unknown" && (exercised > 0 || verdict.strength.by === "budget") && clause !== undefined
          ? `\n      ${paint(clause, "dim")}`
          : "";
      return line.trimEnd() + why;
    })
    .join("\n");
};

/** Title, model, parameters. */
export const headOf = ({ scenario, title, model, parameters }: RunReport, { paint, width }: Terminal): string => {
  const values = describeParameters(parameters);
  const name = title === scenario ? paint(scenario, "bold") : `${paint(scenario, "bold")}  ${title}`;
  return `${name}\n${paint(wrapText(values === "" ? describeModel(model) : `${describeModel(model)} · ${values}`, width), "dim")}`;
};

const faultsOf = ({ struck }: RunReport): string =>
  struck
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([fault, count]) => `${fault} ${grouped(count)}×`)
    .join(" · ");

/** Runs, time, hash; the faults that struck. */
export const effortOf = (report: RunReport, { paint, width, ascii }: Terminal): string => {
  const { runs, seed, seconds, hash, exhaustive } = report;
  const from = exhaustive ? "by enumeration" : runs === 1 ? `of seed ${seed}` : `from seed ${seed}`;
  const effort = `${counted(runs, "run")} ${from} in ${seconds.toFixed(1)} s, hash ${hash}`;
  const faults = faultsOf(report);
  const struck = faults === "" ? "" : `\nstruck: ${ascii ? faults.replaceAll("·", ",").replaceAll("×", "x") : faults}`;
  return paint(wrapText(effort, width) + (struck === "" ? "" : `\n${wrapText(struck, width)}`), "dim");
};

/** A path as one word of a shell line. */
const shellWord = (text: string): string =>
  /^[\w./#:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The sentence, the diagram, and the string that shows the run again. */
export const violationText = (
  { property, clause, diagram, replay, drawn }: DrawnViolation,
  { paint, width }: Terminal,
  file?: string,
): string => {
  const sentence = `${clause.charAt(0).toUpperCase()}${clause.slice(1)}`.replace(/([^.!?])$/, "$1.");
  const parts =
    property === "" ? [] : [`${paint(`${property} is violated.`, "bold", "red")}\n${wrapText(sentence, width)}`];
  if (drawn !== undefined) {
    const options = drawn.map(([name, value]) => `${name} ${describe(value)}`).join(" · ");
    parts.push(wrapText(`This run drew: ${options}`, width));
  }
  if (diagram !== "") parts.push(diagram.trimEnd());
  if (replay !== undefined)
    parts.push(
      `${paint("Show it again:", "dim")}\nnpx quorate replay ${replay}${file === undefined ? "" : ` ${shellWord(file)}`}`,
    );
  return parts.join("\n\n");
};

const violationsShownMax = 3;

/** Everything that a run has to say, for people. */
export const reportText = (report: RunReport, terminal: Terminal, file?: string): string => {
  const { violations, verdicts } = report;
  const shown: Paint = terminal.paint;
  const parts = [
    `${headOf(report, terminal)}\n${effortOf(report, terminal)}`,
    verdictLines(verdicts, terminal),
    ...violations.slice(0, violationsShownMax).map((violation) => violationText(violation, terminal, file)),
  ];
  const more = violations.slice(violationsShownMax);
  if (more.length > 0) {
    const ids = more.map(({ property }) => property).join(", ");
    parts.push(shown(`Also violated: ${ids}. Their replay strings are in the output of --json.`, "dim"));
  }
  return `${parts.join("\n\n")}\n`;
};

/** What a scenario drew in the run that violates, by name. */
const drawnOf = (violation: DrawnViolation | undefined): { readonly drawn?: { readonly [name: string]: unknown } } =>
  violation?.drawn === undefined ? {} : { drawn: Object.fromEntries(violation.drawn) };

/** Everything that a run has to say, for programs. */
export const reportJson = ({
  scenario,
  model,
  parameters,
  seed,
  runs,
  hash,
  verdicts,
  violations,
}: RunReport): object => ({
  scenario,
  model,
  parameters,
  seed,
  runs,
  hash,
  verdicts: verdicts.map(({ property, kind, verdict, strength, exercised, replay }) => ({
    property,
    kind,
    verdict,
    strength,
    exercised,
    ...(replay === undefined ? {} : { replay }),
    ...drawnOf(violations.find((violation) => violation.property === property)),
  })),
});
