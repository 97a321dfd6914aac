/** What the network may do. Kleppmann, Distributed Systems, lecture 2; Cachin, Guerraoui, Rodrigues 2011, 2.4. */
export type NetworkModel = "reliable" | "fair-loss" | "arbitrary";
/** How nodes may fail. */
export type NodeModel = "crash-stop" | "crash-recovery" | "byzantine";
/** What is known of time. Both partially synchronous forms are of Dwork, Lynch, Stockmeyer 1988. */
export type TimingModel = "synchronous" | "eventually-synchronous" | "unknown-bound" | "asynchronous";

/** The three dials. Each dial goes from strong to weak in the order of its type. */
export interface SystemModel {
  readonly network: NetworkModel;
  readonly nodes: NodeModel;
  readonly timing: TimingModel;
}

/** The positions of the network dial, strong to weak. */
export const networkModels: readonly NetworkModel[] = ["reliable", "fair-loss", "arbitrary"];
/** The positions of the node dial, strong to weak. */
export const nodeModels: readonly NodeModel[] = ["crash-stop", "crash-recovery", "byzantine"];
/** The positions of the timing dial, strong to weak. */
export const timingModels: readonly TimingModel[] = [
  "synchronous",
  "eventually-synchronous",
  "unknown-bound",
  "asynchronous",
];

/** One line for people: `fair-loss × crash-stop × asynchronous`. */
export const describeModel = (model: SystemModel): string => `${model.network} × ${model.nodes} × ${model.timing}`;

const rankOf = <T>(dial: readonly T[], position: T): number => dial.indexOf(position);
// The two partially synchronous forms are equally weak: neither contains the other.
const timingRank = (timing: TimingModel): number =>
  ({ synchronous: 0, "eventually-synchronous": 1, "unknown-bound": 1, asynchronous: 2 })[timing];

/** Whether everything that may happen in `strong` may happen in `weak` too: a claim for `weak` covers `strong`. */
export const isAtMostAsWeakAs = (strong: SystemModel, weak: SystemModel): boolean =>
  rankOf(networkModels, strong.network) <= rankOf(networkModels, weak.network) &&
  rankOf(nodeModels, strong.nodes) <= rankOf(nodeModels, weak.nodes) &&
  (strong.timing === weak.timing || timingRank(strong.timing) < timingRank(weak.timing));
