import { type Bound, type Links, network, type Port, type SystemModel, stack } from "../../model/index.ts";
import {
  acknowledgedLink,
  type Broadcast,
  bestEffortBroadcast,
  type EagerReliableRules,
  type ExcludeOnTimeoutRules,
  eagerReliableBroadcast,
  excludeOnTimeout,
  type PerfectFailureDetector,
} from "../../protocols/index.ts";
import { type Draw, integer, type ParameterDefinition, type Process, type Script } from "../../simulate/index.ts";

type Integer = ParameterDefinition & { readonly type: "integer" };

/** The parameters that every scenario on broadcast has. */
export const group = (
  n: number,
  messages: number,
  f: number,
): { readonly n: Integer; readonly messages: Integer; readonly f: Integer } => ({
  n: integer("processes", n, 2, 10),
  messages: integer("messages of each process", messages, 1, 50),
  f: integer("processes that may crash", f, 0, 9),
});

/** So many processes with the same stack. */
export const processes = <P extends Port>(n: number, one: Bound<P>): readonly Process[] =>
  Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: one }));

/** Every process broadcasts so many messages, each told apart by its text, at times that are drawn. */
export const everybodyBroadcasts =
  (n: number, messages: number, pauseMsMax = 30) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: n }, (_, node) => ({
      node,
      calls: Array.from({ length: messages }, (_, at) => ({
        request: "broadcast",
        args: [`m${node + 1}.${at + 1}`],
        afterMs: draw.below("pause", pauseMsMax),
      })),
    }));

/** Time that broadcasts need, in milliseconds, if all their messages are slow ones; a run ends when nothing is owed. */
export const timing: { readonly windowMs: number; readonly patienceMs: number } = { windowMs: 150, patienceMs: 20_000 };

/** Perfect links: the network itself where it is reliable, retransmission until acknowledged where it loses. */
export const perfectLinks = <M>({ network: kind }: SystemModel): Bound<Links<M>> =>
  kind === "reliable" ? network() : stack(acknowledgedLink<M>({ retransmitMs: 20 }), { fairLoss: network() });

/** Best-effort broadcast over perfect links. */
export const bestEffort = <M>(model: SystemModel): Bound<Broadcast<M>> =>
  stack(bestEffortBroadcast<M>(), { links: perfectLinks(model) });

/** Eager reliable broadcast over perfect links. */
export const reliable = <M>(model: SystemModel, rules: Partial<EagerReliableRules> = {}): Bound<Broadcast<M>> =>
  stack(eagerReliableBroadcast<M>({ rules }), { bestEffort: bestEffort(model) });

/**
 * A failure detector that is perfect where time is bounded and nothing is lost. Elsewhere it still misses no crash: it
 * asks again and again, and so needs no retransmission.
 */
export const detector = (rules: Partial<ExcludeOnTimeoutRules> = {}): Bound<PerfectFailureDetector> =>
  stack(excludeOnTimeout({ timeoutMs: 25, rules }), { links: network() });
