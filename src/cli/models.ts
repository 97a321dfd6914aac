import {
  isAtMostAsWeakAs,
  networkModels,
  nodeModels,
  type SystemModel,
  type TimingModel,
  timingModels,
} from "../model/index.ts";

const next = <T>(dial: readonly T[], position: T): readonly T[] => dial.slice(dial.indexOf(position) + 1).slice(0, 1);

/** The next weaker positions of time: the two partially synchronous forms lie side by side. */
const nextTiming = (timing: TimingModel): readonly TimingModel[] => {
  if (timing === "synchronous") return ["eventually-synchronous", "unknown-bound"];
  return timing === "asynchronous" ? [] : ["asynchronous"];
};

/** The models that are weaker than this one in one dial, by one step. */
export const oneStepBelow = (model: SystemModel): readonly SystemModel[] => [
  ...next(networkModels, model.network).map((network) => ({ ...model, network })),
  ...next(nodeModels, model.nodes).map((nodes) => ({ ...model, nodes })),
  ...nextTiming(model.timing).map((timing) => ({ ...model, timing })),
];

/** Every model there is, strong before weak. */
export const allModels: readonly SystemModel[] = networkModels.flatMap((network) =>
  nodeModels.flatMap((nodes) => timingModels.map((timing) => ({ network, nodes, timing }))),
);

/** Whether two models are the same. */
export const isSameModel = (a: SystemModel, b: SystemModel): boolean =>
  a.network === b.network && a.nodes === b.nodes && a.timing === b.timing;

/** The dials in which a model differs from the claimed one: `nodes byzantine`; `claimed` where none does. */
export const describeStep = (model: SystemModel, claimed: SystemModel): string => {
  const dials = ["network", "nodes", "timing"] as const;
  const changed = dials.filter((dial) => model[dial] !== claimed[dial]);
  return changed.length === 0 ? "claimed" : changed.map((dial) => model[dial]).join(" × ");
};

/** What a scenario claims. */
export interface Claim {
  readonly model: SystemModel;
  readonly alsoModels?: readonly SystemModel[] | undefined;
}

/** The weakest models that are claimed. */
export const claimedModels = ({ model, alsoModels = [] }: Claim): readonly SystemModel[] => [model, ...alsoModels];

/** Whether a claim covers a model: it is one of the claimed, or stronger. */
export const isClaimed = (claim: Claim, model: SystemModel): boolean =>
  claimedModels(claim).some((claimed) => isAtMostAsWeakAs(model, claimed));

/** The models of a claim's cells: the claimed ones, and all others or those one step below a claimed one. */
export const modelsAround = (claim: Claim, all: boolean): readonly SystemModel[] => {
  const claimed = claimedModels(claim);
  const others = all ? allModels : claimed.flatMap(oneStepBelow).filter((model) => !isClaimed(claim, model));
  return [...claimed, ...others].filter(
    (model, at, models) => models.findIndex((one) => isSameModel(one, model)) === at,
  );
};
