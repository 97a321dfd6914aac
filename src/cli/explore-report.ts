import { describeModel } from "../model/index.ts";
import { describeParameters, verdictLines, violationText } from "./report.ts";
import type { ExploreReport } from "./search/search-task.ts";
import { counted, grouped, type Terminal, wrapText } from "./terminal.ts";

const bytesAMegabyte = 1 << 20;

const headOf = ({ scenario, title, model, parameters }: ExploreReport, { paint, width }: Terminal): string => {
  const values = describeParameters(parameters);
  const facts = [model === null ? "" : describeModel(model), values].filter((text) => text !== "").join(" · ");
  const name = title === scenario ? paint(scenario, "bold") : `${paint(scenario, "bold")}  ${title}`;
  return facts === "" ? name : `${name}\n${paint(wrapText(facts, width), "dim")}`;
};

const conventions =
  "distinct: unlike states. generated: the first ones and every step from a state, to known states too. depth: steps to the state that is farthest.";

const endings: { readonly [cut in NonNullable<ExploreReport["cut"]>]: string } = {
  depth: "the depth is bounded",
  states: "the number of states is bounded",
  memory: "the memory is used up (--memory-mb gives more)",
  time: "the time is over (--seconds gives more)",
  violation: "it ended at a violation",
  refusal: "the protocol needs what exhaustive search has not",
  asymmetry: "the processes are not interchangeable",
  goal: "it ended at its goal",
};

/** How far a search came that was cut: the states that are open, and the share of the deepest level that was gone through. */
const coverageOf = ({ open, depth, lastLevel }: ExploreReport): string => {
  const states = `${counted(open, "state")} open`;
  if (lastLevel === undefined || lastLevel.states === 0) return states;
  const percent = Math.floor((100 * lastLevel.taken) / lastLevel.states);
  return `${states}; the steps of ${grouped(lastLevel.taken)} of ${counted(lastLevel.states, "state")} at depth ${depth} were taken (${percent} %)`;
};

const effortOf = (report: ExploreReport): string => {
  const { generated, orbits, seconds, bytes, calls } = report;
  const rate = (orbits?.generated ?? generated) / Math.max(seconds, 0.001);
  const code = calls === undefined ? "" : `; the protocol's code ran ${counted(calls, "time")}`;
  return `${grouped(rate)} generated a second for ${seconds.toFixed(1)} s, ${(bytes / bytesAMegabyte).toFixed(1)} MB${code}`;
};

/** Unlike states, steps, depth, whether that is all; what each word means; what it took. */
const countsOf = (report: ExploreReport, { paint, width, ascii }: Terminal): string => {
  const { distinct, generated, depth, complete, cut, orbits, asymmetry, bounds, reduction } = report;
  const dim = (text: string): string => paint(wrapText(ascii ? text.replaceAll("·", ",") : text, width), "dim");
  const whole = complete ? "complete" : `not complete: ${cut === null ? "" : endings[cut]}, ${coverageOf(report)}`;
  const lines = [
    wrapText(`${grouped(distinct)} distinct, ${grouped(generated)} generated, depth ${depth}; ${whole}`, width),
  ];
  if (orbits !== undefined)
    lines.push(
      wrapText(
        `looked at: ${grouped(orbits.distinct)}, one of each orbit of interchangeable processes (${grouped(orbits.generated)} generated); --no-symmetry looks at each state`,
        width,
      ),
    );
  if (asymmetry !== undefined) lines.push(dim(`without symmetry: ${asymmetry}`));
  if (reduction !== undefined) lines.push(dim(reduction));
  lines.push(dim(conventions), dim(effortOf(report)));
  if (bounds.length > 0) lines.push(dim(`within: ${bounds.join(" · ")}`));
  return lines.join("\n");
};

const growthOf = ({ growing }: ExploreReport, { paint, width }: Terminal): string => {
  const lines = growing.map(({ place, values, late }) =>
    wrapText(`${place}: ${grouped(values)} values in what was looked at, ${grouped(late)} new at the end`, width, "  "),
  );
  return `${paint("What kept growing:", "bold")}\n${lines.join("\n")}`;
};

const reachSentences: { readonly [outcome in NonNullable<ExploreReport["reach"]>["outcome"]]: string } = {
  reached: "Reached: here is the run.",
  violated: "A property breaks on the way: here is the run.",
  no: "Not reachable: no run within these bounds leads there.",
  unknown: "Not reached, and not proved unreachable.",
};

/** Stage by stage how far it came; where that was not far enough, from where, what was left out, and to where. */
const reachOf = (reach: NonNullable<ExploreReport["reach"]>, { paint, width }: Terminal): string => {
  const { outcome, stages, prunes, start, frontier } = reach;
  const list = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0
      ? []
      : [`${paint(title, "bold")}\n${lines.map((line) => wrapText(line, width, "  ")).join("\n")}`];
  const lines = stages.map(
    ({ id, text, departures, arrivals, distinct, depth }) =>
      `${id} (${text}): from ${counted(departures, "state")} to ${grouped(arrivals)}, ${grouped(distinct)} distinct, depth ${depth}`,
  );
  const missed =
    outcome === "reached" || outcome === "violated"
      ? []
      : [
          ...list("Prunes in force:", prunes),
          ...list("It began with:", start),
          ...list("The state that it looked at last:", frontier),
        ];
  return [paint(reachSentences[outcome], "bold"), ...list("Stages:", lines), ...missed].join("\n");
};

/** Everything that an exhaustive search has to say, for people. */
export const exploreText = (report: ExploreReport, terminal: Terminal): string => {
  const { verdicts, violations, growing, reach } = report;
  const parts = [headOf(report, terminal), countsOf(report, terminal)];
  if (reach !== undefined) parts.push(reachOf(reach, terminal));
  if (verdicts.length > 0) parts.push(verdictLines(verdicts, terminal));
  if (growing.length > 0) parts.push(growthOf(report, terminal));
  if (reach?.outcome === "reached") parts.push(...violations.map(({ diagram }) => diagram.trimEnd()));
  else for (const violation of violations) parts.push(violationText(violation, terminal));
  return `${parts.join("\n\n")}\n`;
};

/** Everything that an exhaustive search has to say, for programs. */
export const exploreJson = (report: ExploreReport): object => {
  const {
    scenario,
    model,
    parameters,
    reach,
    generated,
    distinct,
    orbits,
    depth,
    complete,
    cut,
    open,
    lastLevel,
    growing,
    bounds,
  } = report;
  return {
    scenario,
    ...(model === null ? {} : { model }),
    parameters,
    generated,
    distinct,
    ...(orbits === undefined ? {} : { orbits: orbits.distinct }),
    depth,
    complete,
    ...(cut === null ? {} : { cut, open }),
    ...(lastLevel === undefined ? {} : { lastLevel }),
    ...(growing.length === 0 ? {} : { growing }),
    bounds,
    ...(reach === undefined
      ? {}
      : {
          goal: {
            outcome: reach.outcome,
            stages: reach.stages,
            prunes: reach.prunes,
            start: reach.start,
            frontier: reach.frontier,
          },
        }),
    verdicts: report.verdicts.map(({ property, kind, verdict, strength, exercised }) => ({
      property,
      kind,
      verdict,
      strength,
      exercised,
    })),
  };
};
