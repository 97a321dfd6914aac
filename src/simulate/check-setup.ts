import type { NodeId } from "../model/index.ts";
import { dialDefinitions } from "./dials.ts";
import type { Fault, FaultBudget } from "./fault.ts";
import { behavioursAll, faultKinds, formsAll } from "./fault-plan.ts";
import type { ParameterDefinition, Setup } from "./scenario.ts";
import { misshapenIn } from "./setup-shape.ts";

/** Every name of a budget: what a scenario written without a compiler may misspell. */
const budgetNames: { readonly [K in keyof Required<FaultBudget>]: true } = {
  crashes: true,
  downMsMax: true,
  candidates: true,
  partitions: true,
  forms: true,
  pauses: true,
  slowNodes: true,
  slowDisks: true,
  fullDisks: true,
  clockSteps: true,
  clockStepMsMax: true,
  clockDrifts: true,
  driftPartsPerMillionMax: true,
  leapSeconds: true,
  traitors: true,
  behaviours: true,
  traitorsSpeak: true,
  deafens: true,
  writes: true,
};

const strangers = (what: string, names: readonly string[], known: readonly string[]): readonly string[] =>
  names.filter((name) => !known.includes(name)).map((name) => `"${name}" is no ${what}; there are ${known.join(", ")}`);

const inDials = (dials: Setup["dials"] = {}): readonly string[] => [
  ...strangers("dial", Object.keys(dials), Object.keys(dialDefinitions)),
  ...Object.entries(dials).flatMap(([name, value]) => {
    const definition = (dialDefinitions as { readonly [name: string]: ParameterDefinition })[name];
    if (definition === undefined) return [];
    if ("options" in definition) return strangers(`position of the dial ${name}`, [String(value)], definition.options);
    if (!("min" in definition)) return [];
    const fits = typeof value === "number" && value >= definition.min && value <= definition.max;
    return fits ? [] : [`the dial ${name} is from ${definition.min} to ${definition.max}, not ${String(value)}`];
  }),
];

const inBudget = (budget: FaultBudget = {}): readonly string[] => [
  ...strangers("fault of a budget", Object.keys(budget), Object.keys(budgetNames)),
  ...strangers("behaviour of a traitor", budget.behaviours ?? [], behavioursAll),
  ...strangers("form of a partition", budget.forms ?? [], formsAll),
];

const nodesOf = (fault: Fault): readonly NodeId[] => {
  if (fault.kind === "partition") return [...fault.left, ...fault.right];
  return "node" in fault ? [fault.node] : [];
};

const inPlan = (plan: readonly Fault[] = []): readonly string[] => [
  ...strangers(
    "kind of fault",
    plan.map(({ kind }) => kind),
    faultKinds,
  ),
  ...plan
    .filter((fault) => !(fault.at >= 0) || ("until" in fault && !(fault.until > fault.at)))
    .map(({ kind }) => `a planned ${kind} is at a time from 0 and ends after it begins`),
];

/** What is wrong with a scenario that was made concrete, a sentence each; a compiler would have said most of it. */
export const faultsOfSetup = (setup: Setup): readonly string[] => {
  const misshapen = misshapenIn(setup);
  if (misshapen.length > 0) return misshapen;
  const { processes, properties, dials, faults, plan } = setup;
  const named = [...(faults?.candidates ?? []), ...(plan ?? []).flatMap(nodesOf)];
  const ids = properties.map(({ id }) => id);
  return [
    ...(processes.length === 0 ? ["it has no process"] : []),
    ...processes
      .filter(({ startsAtMs = 0 }) => !(startsAtMs >= 0 && startsAtMs < Number.POSITIVE_INFINITY))
      .map(({ name }) => `process ${name} starts at a time from 0`),
    ...inDials(dials),
    ...inBudget(faults),
    ...inPlan(plan),
    ...named
      .filter((node) => processes[node] === undefined)
      .map((node) => `a fault names process ${node}, and the last one is ${processes.length - 1}`),
    ...ids
      .filter((id, at) => ids.indexOf(id) !== at)
      .map((id) => `two properties have the id ${id}: give one another by named()`),
  ];
};
