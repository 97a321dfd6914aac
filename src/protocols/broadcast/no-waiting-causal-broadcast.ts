import type { Module } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import { addNumber, emptyNumberSet, hasNumber, type NumberSet } from "../links/number-set.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Relayed } from "./eager-reliable-broadcast.ts";

/** A message that brings its whole past with it, oldest first. */
export interface WithPast<M> {
  readonly past: readonly Relayed<M>[];
  readonly relayed: Relayed<M>;
}

/** The rule of the broadcast that a mutant may change. */
export interface NoWaitingCausalRules {
  /** What is delivered when a message arrives, before those that were delivered already are left out. */
  readonly deliverable: <M>(past: readonly Relayed<M>[], relayed: Relayed<M>) => readonly Relayed<M>[];
}

/** The rule as the book has it: first the past. */
export const noWaitingCausalRules: NoWaitingCausalRules = { deliverable: (past, relayed) => [...past, relayed] };

/**
 * Causal-order broadcast without waiting: every message carries all that may have caused it, so that what is missing is
 * delivered on the spot (CRB5). Messages grow with everything that was ever said; see the garbage-collecting variant.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.13, "No-Waiting Causal Broadcast".
 */
export const noWaitingCausalBroadcast = <M>({
  rules,
}: {
  readonly rules?: Partial<NoWaitingCausalRules>;
} = {}): Module<{
  provides: Broadcast<M>;
  uses: { reliable: Broadcast<WithPast<M>> };
  state: { sent: number; delivered: NumberSet[]; past: Relayed<M>[] };
}> => {
  const { deliverable } = { ...noWaitingCausalRules, ...rules };
  return {
    name: "no-waiting causal broadcast",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.13",
    init: ({ nodes }) => ({ sent: 0, delivered: perNode(nodes, emptyNumberSet), past: [] }),
    upon: {
      request: {
        broadcast(s, io, message) {
          const relayed = { origin: io.self, sequence: s.sent++, message };
          io.reliable.broadcast({ past: s.past.slice(), relayed });
          s.past.push(relayed);
        },
      },
      reliable: {
        deliver(s, io, _origin, { past, relayed }) {
          for (const one of deliverable(past, relayed)) {
            if (hasNumber(s.delivered[one.origin]!, one.sequence)) continue;
            addNumber(s.delivered[one.origin]!, one.sequence);
            io.up.deliver(one.origin, one.message);
            // What this process broadcast itself entered its past when it did.
            if (one.origin !== io.self) s.past.push(one);
          }
        },
      },
    },
  };
};
