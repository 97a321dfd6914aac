import type { IO, Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { PerfectFailureDetector } from "../detectors/failure-detector.ts";
import { addNumber, emptyNumberSet, hasNumber, type NumberSet } from "../links/number-set.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Relayed } from "./eager-reliable-broadcast.ts";
import type { WithPast } from "./no-waiting-causal-broadcast.ts";

/** A message with its past, or the news that the sender has delivered a message. */
export type PastOrAcknowledgement<M> =
  | ({ readonly kind: "message" } & WithPast<M>)
  | { readonly kind: "acknowledgement"; readonly origin: NodeId; readonly sequence: number };

interface GarbageCollectingCausal<M> {
  provides: Broadcast<M>;
  uses: { reliable: Broadcast<PastOrAcknowledgement<M>>; detector: PerfectFailureDetector };
  state: {
    sent: number;
    crashed: boolean[];
    delivered: NumberSet[];
    past: Relayed<M>[];
    /** What each process (outer index) has acknowledged of each origin (inner index). */
    acknowledged: NumberSet[][];
  };
}

const deliver = <M>(
  s: GarbageCollectingCausal<M>["state"],
  io: IO<GarbageCollectingCausal<M>>,
  relayed: Relayed<M>,
): void => {
  const { origin, sequence, message } = relayed;
  if (hasNumber(s.delivered[origin]!, sequence)) return;
  addNumber(s.delivered[origin]!, sequence);
  io.up.deliver(origin, message);
  if (origin !== io.self) s.past.push(relayed);
  io.reliable.broadcast({ kind: "acknowledgement", origin, sequence });
};

/**
 * Causal-order broadcast without waiting whose messages stay small: everybody acknowledges what it delivers, and what all
 * that live have acknowledged leaves the past. The failure detector must be accurate: with one correct process taken for
 * crashed, the past that it still needs is thrown away, and it delivers a reply before the question (CRB5).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.14, "Garbage-Collection of Causal Past".
 */
export const garbageCollectingCausalBroadcast = <M>(): Module<GarbageCollectingCausal<M>> => ({
  name: "garbage-collecting causal broadcast",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithms 3.13 and 3.14",
  init: ({ nodes }) => ({
    sent: 0,
    crashed: perNode(nodes, () => false),
    delivered: perNode(nodes, emptyNumberSet),
    past: [],
    acknowledged: perNode(nodes, () => perNode(nodes, emptyNumberSet)),
  }),
  /** What everybody that has not crashed has delivered leaves the past: nobody needs it to be told again. */
  whenever(s, io) {
    const correct = io.nodes.filter((node) => !s.crashed[node]);
    s.past = s.past.filter(
      ({ origin, sequence }) => !correct.every((node) => hasNumber(s.acknowledged[node]![origin]!, sequence)),
    );
  },
  upon: {
    request: {
      broadcast(s, io, message) {
        const relayed = { origin: io.self, sequence: s.sent++, message };
        io.reliable.broadcast({ kind: "message", past: s.past.slice(), relayed });
        s.past.push(relayed);
      },
    },
    reliable: {
      deliver(s, io, from, news) {
        if (news.kind === "message") {
          for (const one of news.past) deliver(s, io, one);
          deliver(s, io, news.relayed);
        } else addNumber(s.acknowledged[from]![news.origin]!, news.sequence);
      },
    },
    detector: {
      crash(s, _io, node) {
        s.crashed[node] = true;
      },
    },
  },
});
