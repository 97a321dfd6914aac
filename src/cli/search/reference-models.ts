import {
  abdReference,
  managersMax,
  type PackedSystem,
  paxosReference,
  singleCopyReference,
  twoPhaseCommit,
} from "../../explore/index.ts";
import {
  type AnyScenario,
  integer,
  type ParameterDefinition,
  parseParameter,
  type Scenario,
} from "../../simulate/index.ts";
import { usage } from "../cli-error.ts";
import { nearest, quoteBack } from "../nearest.ts";
import type { Settings } from "../option-values.ts";

/** A published model that is a plain set of actions on states of 64 bits. */
interface PackedModel {
  readonly id: string;
  readonly title: string;
  readonly parameter: string;
  readonly definition: ParameterDefinition;
  readonly make: (value: number) => PackedSystem;
}

/** A published model: one of ordinary modules, or a plain set of actions with its parameter settled. */
export type ReferenceModel =
  | { readonly kind: "scenario"; readonly scenario: Scenario }
  | {
      readonly kind: "packed";
      readonly id: string;
      readonly title: string;
      readonly parameters: { readonly [name: string]: number };
      readonly system: PackedSystem;
    };

const scenarios: readonly Scenario[] = (
  [abdReference, paxosReference, singleCopyReference] as readonly AnyScenario[]
).map((each) => each as unknown as Scenario);

const packedModels: readonly PackedModel[] = [
  {
    id: "reference/two-phase-commit",
    title: "Two-phase commit as a set of actions, as published",
    parameter: "managers",
    definition: integer("resource managers", 3, 1, managersMax),
    make: twoPhaseCommit,
  },
];

/** Ids of the published models. */
export const referenceIds: readonly string[] = [...scenarios, ...packedModels].map(({ id }) => id).sort();

/** Whether an id is meant to be one of a published model. */
export const isReferenceId = (id: string): boolean => id === "reference" || id.startsWith("reference/");

const packedOf = ({ id, title, parameter, definition, make }: PackedModel, set: Settings): ReferenceModel => {
  const unknown = Object.keys(set).find((name) => name !== parameter);
  if (unknown !== undefined) throw usage(`scenario ${id} has no parameter "${unknown}"; it has ${parameter}`);
  const value = parseParameter(parameter, definition, set[parameter] ?? definition.default) as number;
  return { kind: "packed", id, title, parameters: { [parameter]: value }, system: make(value) };
};

/** The published model of an id. Throws a usage error that names the nearest one. */
export const referenceOf = (id: string, set: Settings): ReferenceModel => {
  const scenario = scenarios.find((each) => each.id === id);
  if (scenario !== undefined) return { kind: "scenario", scenario };
  const packed = packedModels.find((each) => each.id === id);
  if (packed !== undefined) return packedOf(packed, set);
  const near = nearest(id, referenceIds);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  throw usage(`there is no reference model ${quoteBack(id)}.${hint} There are ${referenceIds.join(", ")}.`);
};
