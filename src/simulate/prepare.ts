import type { Parameters } from "../check/index.ts";
import type { SystemModel } from "../model/index.ts";
import { networkModels, nodeModels, timingModels } from "../model/index.ts";
import { faultsOfSetup } from "./check-setup.ts";
import { type Dials, dialDefinitions, dialsOf } from "./dials.ts";
import type { AnyScenario, ParameterDefinition, Scenario, Setup } from "./scenario.ts";

/** Wrong use of a scenario: an unknown parameter, a value out of range, an impossible model. */
export class UsageError extends Error {
  readonly code: string = "USAGE";
  override readonly name: string = "UsageError";
}

/** A scenario with its values settled, ready to run. */
export interface Prepared {
  readonly scenario: Scenario;
  readonly model: SystemModel;
  /** The scenario's parameters and those of the dials that were set. */
  readonly parameters: Parameters;
  readonly dials: Dials;
  readonly setup: Setup;
  /** Id of the mutant whose rules are in force, if any. */
  readonly mutant?: string | undefined;
}

type NumericDefinition = Extract<ParameterDefinition, { readonly min: number }>;

const checkNumber = (name: string, definition: NumericDefinition, value: unknown): number => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number))
    throw new UsageError(`parameter ${name} is a number, not "${String(value)}"`);
  if (definition.type === "integer" && !Number.isSafeInteger(number))
    throw new UsageError(`parameter ${name} is a whole number, not ${number}`);
  if (number < definition.min || number > definition.max)
    throw new UsageError(`parameter ${name} is from ${definition.min} to ${definition.max}, not ${number}`);
  return number;
};

/** The value of one parameter from what a user gave, which may be text. Throws UsageError. */
export const parseParameter = (
  name: string,
  definition: ParameterDefinition,
  value: unknown,
): number | string | boolean => {
  if (definition.type === "integer" || definition.type === "number")
    return checkNumber(name, definition as NumericDefinition, value);
  if (definition.type === "boolean") {
    if (value === true || value === "true") return true;
    if (value === false || value === "false") return false;
    throw new UsageError(`parameter ${name} is true or false, not "${String(value)}"`);
  }
  const { options } = definition as Extract<ParameterDefinition, { readonly options: readonly string[] }>;
  if (typeof value === "string" && options.includes(value)) return value;
  throw new UsageError(`parameter ${name} is one of ${options.join(", ")}, not "${String(value)}"`);
};

const checkModel = (model: SystemModel): void => {
  const dials: readonly (readonly [string, readonly string[], string])[] = [
    ["network", networkModels, model.network],
    ["nodes", nodeModels, model.nodes],
    ["timing", timingModels, model.timing],
  ];
  for (const [dial, options, value] of dials) {
    if (!options.includes(value)) throw new UsageError(`${dial} is one of ${options.join(", ")}, not "${value}"`);
  }
};

/**
 * Settles a scenario's parameters and model: defaults, then the dials that the scenario fixes, then what the user set.
 * Throws UsageError, naming what is wrong and what is possible.
 */
export const prepare = (
  scenario: AnyScenario,
  set: { readonly [name: string]: unknown } = {},
  change: Partial<SystemModel> = {},
  { rules = {}, mutant }: { readonly rules?: object; readonly mutant?: string } = {},
): Prepared => {
  const definition = scenario as unknown as Scenario;
  const model: SystemModel = { ...definition.model, ...change };
  checkModel(model);
  const values: { [name: string]: number | string | boolean } = {};
  for (const [name, { default: value }] of Object.entries(definition.parameters)) values[name] = value;
  const dialsSet: { [name: string]: number | string } = {};
  for (const [name, value] of Object.entries(set)) {
    const own = Object.hasOwn(definition.parameters, name) ? definition.parameters[name] : undefined;
    const dial = Object.hasOwn(dialDefinitions, name) ? dialDefinitions[name as keyof Dials] : undefined;
    if (own !== undefined) values[name] = parseParameter(name, own, value);
    else if (dial !== undefined) dialsSet[name] = parseParameter(name, dial, value) as number | string;
    else {
      const all = [...Object.keys(definition.parameters), ...Object.keys(dialDefinitions)];
      throw new UsageError(`scenario ${definition.id} has no parameter "${name}"; it has ${all.join(", ")}`);
    }
  }
  const setup = definition.setup(values as never, model, rules);
  const [wrong] = faultsOfSetup(setup);
  if (wrong !== undefined) throw new UsageError(`scenario ${definition.id}: ${wrong}`);
  const dials = dialsOf(setup.dials, dialsSet);
  if (dials.delayMsMin > dials.delayMsMax)
    throw new UsageError(`delayMsMin (${dials.delayMsMin}) is above delayMsMax (${dials.delayMsMax})`);
  return { scenario: definition, model, parameters: { ...values, ...dialsSet }, dials, setup, mutant };
};
