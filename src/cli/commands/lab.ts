import { describeModel } from "../../model/index.ts";
import { scenarios } from "../../scenarios/index.ts";
import { type ParameterDefinition, prepare, type Scenario } from "../../simulate/index.ts";
import { scenarioOf } from "../search/load-scenario.ts";
import { type Paint, print, printJson, terminalOf, wrapText } from "../terminal.ts";

const all = scenarios as unknown as readonly Scenario[];

const propertiesOf = (
  scenario: Scenario,
): readonly { readonly id: string; readonly kind: string; readonly text: string }[] =>
  prepare(scenario as never).setup.properties.map(({ id, kind, text }) => ({ id, kind, text }));

const rangeOf = (definition: ParameterDefinition): readonly (number | string | boolean)[] => {
  if (definition.type === "boolean") return [false, true];
  if (definition.type === "choice")
    return (definition as Extract<ParameterDefinition, { readonly options: readonly string[] }>).options;
  const { min, max } = definition as Extract<ParameterDefinition, { readonly min: number }>;
  return [min, max];
};

const scenarioJson = (scenario: Scenario): object => ({
  id: scenario.id,
  rows: scenario.rows,
  title: scenario.title,
  model: scenario.model,
  properties: propertiesOf(scenario),
  parameters: Object.fromEntries(
    Object.entries(scenario.parameters).map(([name, definition]) => [
      name,
      { type: definition.type, text: definition.text, range: rangeOf(definition), default: definition.default },
    ]),
  ),
});

const familyOf = ({ id }: Scenario): string => id.split("/")[0]!;

const groupText = (family: string, paint: Paint, width: number): string => {
  const members = all.filter((scenario) => familyOf(scenario) === family);
  const idWidth = Math.max(...members.map(({ id }) => id.length));
  const indent = " ".repeat(idWidth + 4);
  const entry = (scenario: Scenario): string => {
    const properties = propertiesOf(scenario).map(({ id }) => id);
    const title = wrapText(scenario.title, width, indent).trimStart();
    const details = wrapText(`${describeModel(scenario.model)} · ${properties.join(" ")}`, width, "    ");
    return `  ${paint(scenario.id.padEnd(idWidth), "cyan")}  ${title}\n${paint(details, "dim")}`;
  };
  return `${paint(family, "bold")}\n${members.map(entry).join("\n")}`;
};

const listText = (paint: Paint, width: number): string => {
  const families = [...new Set(all.map(familyOf))];
  const example = all[0]?.id ?? "ID";
  const foot = `${all.length} scenarios. Look at one: npx quorate lab ${example}\nRun it: npx quorate run ${example}`;
  return `${families.map((family) => groupText(family, paint, width)).join("\n\n")}\n\n${paint(foot, "dim")}\n`;
};

const rangeText = (definition: ParameterDefinition): string =>
  definition.type === "choice" || definition.type === "boolean"
    ? rangeOf(definition).join(" | ")
    : rangeOf(definition).join(" … ");

/** One scenario in full: what there is to see, its properties, its parameters, what breaks it. */
const detailText = (scenario: Scenario, paint: Paint, width: number): string => {
  const { id, title, about, model, rows, parameters, counterexamples = [] } = scenario;
  const section = (name: string, lines: readonly string[]): string =>
    lines.length === 0 ? "" : `\n${paint(name, "bold")}\n${lines.join("\n")}\n`;
  const hanging = (head: string, text: string): string =>
    wrapText(text, width, " ".repeat(16)).replace(/^ {16}/, `  ${head.padEnd(14)}`);
  return [
    `${paint(id, "bold")}  ${title}\n${paint(`${describeModel(model)} · rows ${rows.join(", ")}`, "dim")}\n`,
    about === undefined ? "" : `\n${wrapText(about, width)}\n`,
    section(
      "Properties",
      propertiesOf(scenario).map((property) => hanging(property.id, `${property.text} (${property.kind})`)),
    ),
    section(
      "Parameters (--set NAME=VALUE)",
      Object.entries(parameters).map(([name, definition]) =>
        hanging(name, `${definition.text}: ${definition.default} (${rangeText(definition)})`),
      ),
    ),
    section(
      "Breaks when",
      counterexamples.map(({ change, violates }) => hanging(violates, change)),
    ),
  ].join("");
};

/** `quorate lab`. */
export const lab = (id: string | undefined, { json }: { readonly json?: boolean }): number => {
  const { paint, width } = terminalOf();
  const chosen = id === undefined ? all : [scenarioOf(id)];
  if (json === true) printJson({ scenarios: chosen.map(scenarioJson) });
  else print(id === undefined ? listText(paint, width) : detailText(chosen[0]!, paint, width));
  return 0;
};
