import type { SystemModel } from "../../src/model/index.ts";
import { findScenario } from "../../src/scenarios/index.ts";
import { type Counterexample, prepare, runCampaign } from "../../src/simulate/index.ts";

/** What is changed of a scenario. */
export interface Change {
  readonly parameters?: { readonly [name: string]: number | string | boolean };
  readonly model?: Partial<SystemModel>;
  readonly rules?: object;
}

const prepared = (id: string, { parameters = {}, model = {}, rules = {} }: Change) => {
  const scenario = findScenario(id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  return prepare(scenario, parameters, model, { rules });
};

/** The shrunk run that the search finds; fails the test when it finds none. */
export const findCounterexample = (id: string, property: string, change: Change = {}, runs = 2_000): Counterexample => {
  const { counterexamples } = runCampaign(prepared(id, change), { runs, first: property, cover: "outside" });
  const found = counterexamples.get(property);
  if (found === undefined) throw new Error(`${runs} runs of ${id} do not violate ${property}`);
  return found;
};

/** Ids of the properties that so many runs violate, and of those that they never exercise. */
export const runsOf = (
  id: string,
  runs: number,
  change: Change = {},
): { readonly violated: readonly string[]; readonly unexercised: readonly string[] } => {
  const { verdicts } = runCampaign(prepared(id, change), { runs, cover: "outside" });
  return {
    violated: verdicts.filter(({ verdict }) => verdict === "violated").map(({ property }) => property),
    unexercised: verdicts.filter(({ exercised }) => exercised === 0).map(({ property }) => property),
  };
};

export type { Counterexample };
