import { existsSync, statSync } from "node:fs";
import { createRequire, register } from "node:module";
import { basename, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findScenario, scenarios } from "../../scenarios/index.ts";
import type { AnyScenario, Scenario, Setup } from "../../simulate/index.ts";
import { missing, usage } from "../cli-error.ts";
import { nearest, quoteBack } from "../nearest.ts";
import { forbidGlobals } from "./forbidden-globals.ts";
import type { ScenarioReference } from "./search-task.ts";
import { sourceHash } from "./source-hash.ts";
import type { HookData } from "./user-file-hooks.ts";

/** A scenario, and the name that a replay string gives it. */
export interface Loaded {
  readonly scenario: Scenario;
  readonly replayId: string;
  /** The path of a user's file; absent for a scenario of the lab. */
  readonly file?: string | undefined;
}

/** The scenario of an id. Throws a usage error that names the nearest one. */
export const scenarioOf = (id: string): Scenario => {
  const found = findScenario(id);
  if (found !== undefined) return found as unknown as Scenario;
  const ids = (scenarios as unknown as readonly Scenario[]).map((scenario) => scenario.id);
  const near = nearest(id, ids);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  throw usage(`there is no scenario ${quoteBack(id)}.${hint} \`quorate lab\` lists all ${ids.length}.`);
};

const stripsTypes = (): boolean =>
  Boolean((process.features as { readonly typescript?: string | false }).typescript ?? false);

/** The manifest of tsx as seen from the user's file, from here, or from this package. */
const findTsx = (file: string): string | undefined => {
  for (const from of [file, join(process.cwd(), "x.js"), import.meta.url]) {
    try {
      return createRequire(from).resolve("tsx/package.json");
    } catch {
      // Not there: look at the next place.
    }
  }
  return undefined;
};

/** Which hooks this thread has: a second file may need more than the first one did. */
const registered = new Set<"names" | "types">();

/** Lets this thread import a user's file: by the name of this package, and TypeScript where Node itself cannot read it. */
export const registerHooks = (file: string): void => {
  const needsCompiler = /\.m?ts$/.test(file) && !stripsTypes();
  if (registered.has(needsCompiler ? "types" : "names")) return;
  const tsxManifest = needsCompiler ? findTsx(file) : undefined;
  if (needsCompiler && tsxManifest === undefined)
    throw missing(
      `Node ${process.versions.node} does not read TypeScript and tsx is not installed: run \`npm install --save-dev tsx\`, or use Node 22.18 or newer.`,
    );
  const data: HookData = { packageUrl: new URL("../../../package.json", import.meta.url).href, tsxManifest };
  register(new URL("./user-file-hooks.js", import.meta.url), { data });
  registered.add("names").add(needsCompiler ? "types" : "names");
};

const reasonOf = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).split("\n").slice(0, 6).join(" ").trim();

const importModule = async (path: string, shown: string): Promise<{ readonly [name: string]: unknown }> => {
  try {
    return (await import(pathToFileURL(path).href)) as { readonly [name: string]: unknown };
  } catch (thrown) {
    throw usage(`${shown} cannot be loaded: ${reasonOf(thrown)}`);
  }
};

/** Loads a user's file, in TypeScript or not; `quorate` in it means this package. Throws a usage error where it fails. */
export const importUserFile = (path: string, shown: string): Promise<{ readonly [name: string]: unknown }> => {
  registerHooks(path);
  return importModule(path, shown);
};

const importProtocol = (path: string, shown: string): Promise<{ readonly [name: string]: unknown }> => {
  registerHooks(path);
  forbidGlobals();
  return importModule(path, shown);
};

const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null;

const looksLikeScenario = (value: unknown): boolean =>
  isRecord(value) && typeof value["setup"] === "function" && ("model" in value || "id" in value);

const isDefinition = (value: unknown): boolean => {
  if (!isRecord(value)) return false;
  const { type, default: normal, min, max, options } = value;
  if (type === "integer" || type === "number")
    return [normal, min, max].every((each) => typeof each === "number" && Number.isFinite(each));
  return type === "boolean" ? typeof normal === "boolean" : type === "choice" && Array.isArray(options);
};

/** What is wrong with an exported scenario, or undefined. */
const complaint = (value: { readonly [name: string]: unknown }): string | undefined => {
  if (typeof value["id"] !== "string") return 'id must be a text such as "my/protocol"';
  const model = value["model"];
  if (!isRecord(model))
    return 'model must be an object such as { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" }';
  const parameters = value["parameters"];
  if (!isRecord(parameters)) return "parameters must be an object; {} for none";
  for (const [name, definition] of Object.entries(parameters))
    if (!isDefinition(definition)) return `parameter ${name} must be made by integer(…), choice(…) or toggle(…)`;
  return undefined;
};

/** The scenario that a file exports: the one asked for, `scenario`, or the only one. */
const chooseExport = (
  exports: { readonly [name: string]: unknown },
  name: string | undefined,
  shown: string,
): { readonly [name: string]: unknown } => {
  const names = Object.keys(exports).filter((key) => looksLikeScenario(exports[key]));
  const chosen = name ?? (names.includes("scenario") ? "scenario" : names.length === 1 ? names[0] : undefined);
  if (chosen !== undefined && names.includes(chosen)) return exports[chosen] as { readonly [name: string]: unknown };
  if (names.length === 0)
    throw usage(
      `${shown} exports no scenario: write \`export const mine = scenario({ id, model, parameters, setup })\`.`,
    );
  if (chosen !== undefined) throw usage(`${shown} has no scenario "${chosen}": it exports ${names.join(", ")}.`);
  throw usage(`${shown} exports several scenarios: add #NAME to the path, one of ${names.join(", ")}.`);
};

const loadFile = async (path: string, name: string | undefined): Promise<Loaded> => {
  const full = resolve(path);
  if (!existsSync(full))
    throw usage(`there is no file ${path}: give the path of a file, or an id that \`quorate lab\` lists.`);
  if (!statSync(full).isFile()) throw usage(`${path} is no file: give the path of a .ts file that exports a scenario.`);
  if (!/\.[cm]?[jt]s$/.test(full) && extname(full) !== "")
    throw usage(`${path} is no module: give the path of a .ts, .mts, .js or .mjs file that exports a scenario.`);
  const exported = chooseExport(await importProtocol(full, basename(path)), name, path);
  const wrong = complaint(exported);
  if (wrong !== undefined) throw usage(`the scenario in ${path} is not complete: ${wrong}.`);
  const scenario = { title: exported["id"], rows: [], ...exported } as unknown as Scenario;
  return { scenario, replayId: `file:${sourceHash(full)}`, file: path };
};

/** Finds a scenario of the lab, or loads a user's file. Throws what the command line says. */
export const loadScenario = async (reference: ScenarioReference): Promise<Loaded> => {
  if (reference.kind === "file") return loadFile(reference.path, reference.name);
  const scenario = scenarioOf(reference.id);
  return { scenario, replayId: scenario.id };
};

/** The scenario under the name that a replay string needs. */
export const asReplayable = ({ scenario, replayId }: Loaded): AnyScenario =>
  ({ ...scenario, id: replayId }) as unknown as AnyScenario;

/** The properties of a scenario. Throws a usage error where it states none: nothing would be judged, and nothing holds. */
export const statedProperties = ({ id }: Scenario, { properties }: Setup): Setup["properties"] => {
  if (Array.isArray(properties) && properties.length > 0) return properties;
  throw usage(`the scenario ${id} states no property: add one to the \`properties\` of its setup.`);
};
