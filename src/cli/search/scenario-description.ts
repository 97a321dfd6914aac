import type { AnyProperty } from "../../check/index.ts";
import type { SystemModel } from "../../model/index.ts";
import {
  dialDefinitions,
  dialNames,
  type NotClaimed,
  type ParameterDefinition,
  type Prepared,
  prepare,
} from "../../simulate/index.ts";
import { usage } from "../cli-error.ts";
import type { Settings } from "../option-values.ts";
import { type Loaded, statedProperties } from "./load-scenario.ts";

/** Parameters by name, with their types, ranges and defaults. */
export interface DescribedParameters {
  readonly [name: string]: ParameterDefinition;
}

/** What there is to know of a scenario before it runs: plain data, so that a worker can say it of foreign code. */
export interface ScenarioDescription {
  readonly id: string;
  /** The id in replay strings: `file:` and the hash of the sources, for a user's file. */
  readonly replayId: string;
  readonly rows: readonly number[];
  readonly title: string;
  readonly about?: string | undefined;
  readonly model: SystemModel;
  /** Further weakest models that are claimed. */
  readonly alsoModels: readonly SystemModel[];
  /** What is not promised. */
  readonly notClaimed: readonly NotClaimed[];
  readonly properties: readonly Pick<AnyProperty, "id" | "kind" | "text">[];
  /** The scenario's own. */
  readonly parameters: DescribedParameters;
  /** Those of the dials, with the values that this scenario fixes as defaults. */
  readonly dials: DescribedParameters;
  readonly counterexamples: readonly { readonly change: string; readonly violates: string }[];
}

const isDial = (name: string): boolean => (dialNames as readonly string[]).includes(name);

/** Of the settings those that a scenario has: not each has a number of clients. */
export const settingsFor = ({ parameters }: Pick<ScenarioDescription, "parameters">, set: Settings): Settings =>
  Object.fromEntries(Object.entries(set).filter(([name]) => name in parameters || isDial(name)));

/** The dials' parameters as a scenario has them: its own of the same name come first. */
const describedDials = (parameters: DescribedParameters, { setup }: Prepared): DescribedParameters =>
  Object.fromEntries(
    dialNames
      .filter((name) => !(name in parameters))
      .map((name) => [
        name,
        {
          ...dialDefinitions[name],
          default: setup.dials?.[name] ?? dialDefinitions[name].default,
        } as ParameterDefinition,
      ]),
  );

/** Describes a scenario. Throws a usage error where a setting is one that it has and cannot take. */
export const describeScenario = ({ scenario, replayId }: Loaded, set: Settings = {}): ScenarioDescription => {
  const {
    id,
    rows,
    title,
    about,
    model,
    alsoModels = [],
    notClaimed = [],
    parameters,
    counterexamples = [],
  } = scenario;
  const own = settingsFor({ parameters }, set);
  const prepared = prepare(scenario as never);
  if (Object.keys(own).length > 0) {
    try {
      prepare(scenario as never, own);
    } catch (thrown) {
      throw usage(`scenario ${id}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }
  return {
    id,
    replayId,
    rows,
    title,
    about,
    model,
    alsoModels,
    notClaimed: notClaimed.map(({ id: property, text }) => ({ id: property, text })),
    properties: statedProperties(scenario, prepared.setup).map((property) => ({
      id: property.id,
      kind: property.kind,
      text: property.text,
    })),
    parameters,
    dials: describedDials(parameters, prepared),
    counterexamples: counterexamples.map(({ change, violates }) => ({ change, violates })),
  };
};
