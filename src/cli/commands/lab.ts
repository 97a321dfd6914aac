import { describeModel } from "../../model/index.ts";
import { raftExercises, scenarios } from "../../scenarios/index.ts";
import type { ParameterDefinition, Scenario } from "../../simulate/index.ts";
import { claimedModels } from "../models.ts";
import type { Settings } from "../option-values.ts";
import { scenarioArgument } from "../scenario-argument.ts";
import { describeReference } from "../search/describe-reference.ts";
import {
  type DescribedParameters,
  describeScenario,
  type ScenarioDescription,
} from "../search/scenario-description.ts";
import { grouped, type Paint, print, printJson, terminalOf, wrapText } from "../terminal.ts";

/** Options of `quorate lab`. */
export interface LabFlags {
  readonly json?: boolean;
  readonly stepSeconds?: number;
}

const describeAll = (): readonly ScenarioDescription[] =>
  (scenarios as unknown as readonly Scenario[]).map((scenario) =>
    describeScenario({ scenario, replayId: scenario.id }),
  );

const rangeOf = (definition: ParameterDefinition): readonly (number | string | boolean)[] => {
  if (definition.type === "boolean") return [false, true];
  if (definition.type === "choice")
    return (definition as Extract<ParameterDefinition, { readonly options: readonly string[] }>).options;
  const { min, max } = definition as Extract<ParameterDefinition, { readonly min: number }>;
  return [min, max];
};

const scenarioJson = (scenario: ScenarioDescription): object => {
  const { id, rows, title, model, alsoModels, properties, notClaimed, parameters, dials } = scenario;
  return {
    id,
    rows,
    title,
    model,
    ...(alsoModels.length === 0 ? {} : { alsoModels }),
    properties,
    ...(notClaimed.length === 0 ? {} : { notClaimed }),
    parameters: Object.fromEntries(
      Object.entries({ ...parameters, ...dials }).map(([name, definition]) => [
        name,
        { type: definition.type, text: definition.text, range: rangeOf(definition), default: definition.default },
      ]),
    ),
  };
};

const familyOf = ({ id }: ScenarioDescription): string => id.split("/")[0]!;

const claimText = (description: ScenarioDescription): string =>
  claimedModels(description).map(describeModel).join(", also ");

const groupText = (members: readonly ScenarioDescription[], paint: Paint, width: number): string => {
  const idWidth = Math.max(...members.map(({ id }) => id.length));
  const indent = " ".repeat(idWidth + 4);
  const entry = (scenario: ScenarioDescription): string => {
    const properties = scenario.properties.map(({ id }) => id);
    const title = wrapText(scenario.title, width, indent).trimStart();
    const details = wrapText(`${claimText(scenario)} · ${properties.join(" ")}`, width, "    ");
    return `  ${paint(scenario.id.padEnd(idWidth), "cyan")}  ${title}\n${paint(details, "dim")}`;
  };
  return `${paint(familyOf(members[0]!), "bold")}\n${members.map(entry).join("\n")}`;
};

/** What is for one thing only: it is not among the scenarios that the matrix and the pages go through. */
const exercisesText = (paint: Paint, width: number): string => {
  const entries = (raftExercises as unknown as readonly Scenario[]).map(
    ({ id, title }) => `  ${paint(id, "cyan")}\n${wrapText(title, width, "    ")}`,
  );
  return `${paint("raft", "bold")}, one thing each: MIT 6.5840's list, a picture of logs; --runs 10 will do\n${entries.join("\n")}`;
};

const listText = (all: readonly ScenarioDescription[], paint: Paint, width: number): string => {
  const families = [...new Set(all.map(familyOf))];
  const groups = families.map((family) => all.filter((scenario) => familyOf(scenario) === family));
  const example = all[0]?.id ?? "ID";
  const foot = `${all.length} scenarios. Look at one: npx quorate lab ${example}\nRun it: npx quorate run ${example}\nSituations of Raft, played by hand: npx quorate play`;
  const texts = [...groups.map((members) => groupText(members, paint, width)), exercisesText(paint, width)];
  return `${texts.join("\n\n")}\n\n${paint(foot, "dim")}\n`;
};

const rangeText = (definition: ParameterDefinition): string =>
  definition.type === "choice" || definition.type === "boolean"
    ? rangeOf(definition).join(" | ")
    : rangeOf(definition)
        .map((bound) => grouped(Number(bound)))
        .join("…");

const headWidthMin = 14;

/** Names, each with its words beside it, or below where the names are long. */
const listed = (entries: readonly (readonly [string, string])[], width: number): string => {
  const headWidth = Math.max(headWidthMin, ...entries.map(([head]) => head.length + 2));
  const indent = " ".repeat(headWidth + 2);
  return entries
    .map(([head, text]) => wrapText(text, width, indent).replace(/^ +/, `  ${head.padEnd(headWidth)}`))
    .join("\n");
};

const parameterEntries = (parameters: DescribedParameters): readonly (readonly [string, string])[] =>
  Object.entries(parameters).map(([name, definition]) => [
    name,
    `${definition.text}: ${definition.default} (${definition.type}, ${rangeText(definition)})`,
  ]);

/** One scenario in full: what there is to see, its properties, its parameters, what breaks it. */
const detailText = (scenario: ScenarioDescription, paint: Paint, width: number): string => {
  const { id, title, about, rows, properties, notClaimed, parameters, dials, counterexamples } = scenario;
  const section = (name: string, entries: readonly (readonly [string, string])[]): string =>
    entries.length === 0 ? "" : `\n${paint(name, "bold")}\n${listed(entries, width)}\n`;
  const facts = `${claimText(scenario)}${rows.length === 0 ? "" : ` · rows ${rows.join(", ")}`}`;
  const fits = id.length + 2 + title.length <= width;
  const heading = title === id ? "" : fits ? `  ${title}` : `\n${wrapText(title, width)}`;
  return [
    `${paint(id, "bold")}${heading}\n${paint(wrapText(facts, width), "dim")}\n`,
    about === undefined ? "" : `\n${wrapText(about, width)}\n`,
    section(
      "Properties",
      properties.map((property) => [property.id, `${property.text} (${property.kind})`]),
    ),
    section(
      "Not claimed",
      notClaimed.map((property) => [property.id, property.text]),
    ),
    section("Parameters (--set NAME=VALUE)", parameterEntries(parameters)),
    section(
      "Breaks when",
      counterexamples.map(({ change, violates }) => [violates, change]),
    ),
    section("Parameters of the dials (--set NAME=VALUE)", parameterEntries(dials)),
  ].join("");
};

const noSettings: Settings = {};

/** `quorate lab`. */
export const lab = async (text: string | undefined, { json, stepSeconds }: LabFlags): Promise<number> => {
  const { paint, width } = terminalOf();
  const chosen =
    text === undefined ? describeAll() : [await describeReference(scenarioArgument(text), noSettings, stepSeconds)];
  if (json === true) printJson({ scenarios: chosen.map(scenarioJson) });
  else print(text === undefined ? listText(chosen, paint, width) : detailText(chosen[0]!, paint, width));
  return 0;
};
