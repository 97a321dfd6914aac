// What the lab says of itself, as pages: docs/scenarios.md and the list of property ids in ARCHITECTURE.md.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Property {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
}

export interface Model {
  readonly network: string;
  readonly nodes: string;
  readonly timing: string;
}

export interface Scenario {
  readonly id: string;
  readonly rows: readonly number[];
  readonly title: string;
  readonly model: Model;
  /** Further weakest models; absent where there is one. */
  readonly alsoModels?: readonly Model[];
  readonly properties: readonly Property[];
  /** What is not promised; absent where nothing need be said. */
  readonly notClaimed?: readonly { readonly id: string; readonly text: string }[];
}

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * The ids that are the textbook's own: modules of Cachin, Guerraoui, Rodrigues 2011. Of a module of the book every
 * property of the book is one; whatever else the lab calls by such letters is ours.
 */
const bookIds: readonly (readonly [letters: string, last: number])[] = [
  ["FLL", 3],
  ["SL", 2],
  ["PL", 3],
  ["FPL", 4],
  ["LPL", 3],
  ["AL", 3],
  ["PFD", 2],
  ["EPFD", 2],
  ["LE", 2],
  ["ELD", 2],
  ["BEB", 3],
  ["RB", 4],
  ["URB", 4],
  ["FRB", 5],
  ["CRB", 5],
  ["PB", 3],
  ["BCB", 4],
  ["BRB", 5],
  ["ONRR", 2],
  ["ONAR", 2],
  ["NNAR", 2],
  ["TOB", 5],
  ["RSM", 3],
  ["C", 4],
  ["NBAC", 5],
];

/** Whether the id is that of a property in the book. */
export const isOfTheBook = (id: string): boolean => {
  const [, letters = "", number = ""] = /^([A-Z]+)(\d+)$/.exec(id) ?? [];
  return bookIds.some(([known, last]) => known === letters && Number(number) >= 1 && Number(number) <= last);
};

/** The scenarios as `quorate lab --json` prints them. */
export const lab = (): readonly Scenario[] => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "bin", "quorate.mjs"), "lab", "--json"], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`quorate lab --json ended with ${status}: ${stderr}`);
  return (JSON.parse(stdout) as { readonly scenarios: readonly Scenario[] }).scenarios;
};

const cell = (text: string): string => text.replaceAll("|", "\\|");

const row = ({ id, rows, title, model, alsoModels = [], properties, notClaimed = [] }: Scenario): string => {
  const claimed = [model, ...alsoModels].map(({ network, nodes, timing }) => `${network} × ${nodes} × ${timing}`);
  const listed = [
    ...properties.map(({ id: property, kind, text }) => `**${property}** ${text} *(${kind})*`),
    ...notClaimed.map(({ id: property, text }) => `not claimed: **${property}** ${text}`),
  ];
  return `| \`${id}\`<br>${cell(title)} | ${rows.join(", ")} | ${claimed.join("<br>also ")} | ${cell(listed.join("<br>"))} |`;
};

const familyOf = ({ id }: Scenario): string => id.split("/")[0]!;

/** The text of docs/scenarios.md. */
export const scenariosPage = (scenarios: readonly Scenario[]): string => {
  const families = [...new Set(scenarios.map(familyOf))];
  const tables = families.map((family) =>
    [
      `## ${family}`,
      "",
      "| scenario | rows | claimed model | properties |",
      "| --- | --- | --- | --- |",
      ...scenarios.filter((scenario) => familyOf(scenario) === family).map(row),
      "",
    ].join("\n"),
  );
  return `# The scenarios of the lab

<!-- Written by \`npm run docs:lab\` from \`quorate lab --json\`; a test compares. Do not edit. -->

${scenarios.length} scenarios. The claimed model is the weakest in which all properties of the scenario must hold, with
"also" where there is no single weakest one; a number is a row of the project's inventory of the textbook.
\`npx quorate lab ID\` says more of one: its parameters, what there is to see in it, and which changes break it.
[matrix.md](matrix.md) has what a search found in each model.

${tables.join("\n")}`;
};

/** The properties whose ids are ours, each with all its wordings and the families that use it. */
const ownProperties = (scenarios: readonly Scenario[]): string => {
  const own = new Map<string, { readonly texts: Set<string>; readonly families: Set<string> }>();
  for (const scenario of scenarios) {
    for (const { id, text } of scenario.properties) {
      if (isOfTheBook(id)) continue;
      const known = own.get(id) ?? { texts: new Set<string>(), families: new Set<string>() };
      known.texts.add(text);
      known.families.add(familyOf(scenario));
      own.set(id, known);
    }
  }
  const lines = [...own].map(
    ([id, { texts, families }]) => `| ${id} | ${cell([...texts].join("<br>"))} | ${[...families].join(", ")} |`,
  );
  return ["| id | property | used in |", "| --- | --- | --- |", ...lines].join("\n");
};

const start = "<!-- Property ids: written by `npm run docs:lab`; a test compares. Do not edit. -->";
const end = "<!-- End of the property ids. -->";

/** ARCHITECTURE.md with the list of property ids that are ours. */
export const withOwnProperties = (architecture: string, scenarios: readonly Scenario[]): string => {
  const from = architecture.indexOf(start);
  const to = architecture.indexOf(end);
  if (from < 0 || to < from) throw new Error("ARCHITECTURE.md has lost the marks of its list of property ids");
  return `${architecture.slice(0, from)}${start}\n\n${ownProperties(scenarios)}\n\n${architecture.slice(to)}`;
};
