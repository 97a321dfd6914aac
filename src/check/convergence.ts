import { describe } from "../model/plain.ts";
import { equalContent } from "./content-equality.ts";
import { Interner } from "./transitions.ts";

/** What a replica was seen to hold: the updates it had delivered by then, and its state. */
export interface ReplicaState<State> {
  readonly replica: number;
  /** Names of the delivered updates, in the order of delivery. An update delivered twice counts once. */
  readonly delivered: readonly (string | number)[];
  readonly state: State;
  /** The trace event after which it was seen. */
  readonly event?: number;
}

/** The verdict on convergence. `exercised` counts how often the premise occurred. */
export type ConvergenceVerdict<State> =
  | { readonly verdict: "holds"; readonly exercised: number }
  | {
      readonly verdict: "violated";
      readonly exercised: number;
      readonly culprit: { readonly replicas: readonly ReplicaState<State>[]; readonly sentence: string };
    }
  | { readonly verdict: "unknown"; readonly exercised: number; readonly reason: string };

const named = ({ replica, event }: ReplicaState<unknown>): string =>
  event === undefined ? `replica ${replica}` : `replica ${replica} at event ${event}`;

const divergence = <State>(first: ReplicaState<State>, second: ReplicaState<State>): string => {
  const order = ({ delivered }: ReplicaState<State>): string => delivered.join(", ") || "nothing";
  const same = equalContent(first.delivered, second.delivered);
  const updates = same ? `both delivered ${order(first)}` : `one delivered ${order(first)}, one ${order(second)}`;
  return (
    `${named(first)} holds ${describe(first.state)} and ${named(second)} holds ${describe(second.state)}, ` +
    `though they delivered the same updates: ${updates}`
  );
};

/**
 * SEC1, strong eventual consistency (Shapiro et al. 2011): replicas that delivered the same updates, in whatever order,
 * have equal states. `equal` must be an equivalence; by content when absent. The premise: one set of updates was seen
 * at two replicas, or at one in two orders of delivery. Where it never occurred the verdict is unknown.
 */
export const checkConvergence = <State>(
  seen: readonly ReplicaState<State>[],
  equal: (a: State, b: State) => boolean = equalContent,
): ConvergenceVerdict<State> => {
  const sets = new Interner<ReadonlySet<string | number>>();
  const firsts: ReplicaState<State>[] = [];
  let exercised = 0;
  for (const one of seen) {
    const id = sets.idOf(new Set(one.delivered));
    const first = firsts[id];
    if (first === undefined) {
      firsts.push(one);
      continue;
    }
    if (first.replica !== one.replica || !equalContent(first.delivered, one.delivered)) exercised++;
    if (!equal(first.state, one.state)) {
      return { verdict: "violated", exercised, culprit: { replicas: [first, one], sentence: divergence(first, one) } };
    }
  }
  if (exercised > 0) return { verdict: "holds", exercised };
  return { verdict: "unknown", exercised, reason: "never exercised: no two replicas delivered the same updates" };
};

/**
 * SEC2, eventual delivery (Shapiro et al. 2011): an update delivered at one correct replica is delivered at all. Asked
 * once, at the end of a fair run, with the last state of each correct replica. The premise: an update was delivered,
 * and there is more than one replica.
 */
export const checkEventualDelivery = <State>(last: readonly ReplicaState<State>[]): ConvergenceVerdict<State> => {
  const everything = new Map<string | number, ReplicaState<State>>();
  for (const one of last) for (const update of one.delivered) if (!everything.has(update)) everything.set(update, one);
  const exercised = last.length > 1 ? everything.size : 0;
  for (const one of last) {
    const delivered = new Set(one.delivered);
    for (const [update, other] of everything) {
      if (delivered.has(update)) continue;
      const sentence = `${named(other)} delivered ${update} and ${named(one)} never did`;
      return { verdict: "violated", exercised, culprit: { replicas: [other, one], sentence } };
    }
  }
  if (exercised > 0) return { verdict: "holds", exercised };
  return { verdict: "unknown", exercised, reason: "never exercised: no update to be delivered at a second replica" };
};
