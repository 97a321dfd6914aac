import type { Module } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { PerfectFailureDetector } from "../detectors/failure-detector.ts";
import { addNumber, emptyNumberSet, hasNumber, type NumberSet } from "../links/number-set.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Relayed } from "./eager-reliable-broadcast.ts";

/** The rule of the broadcast that a mutant may change. */
export interface LazyReliableRules {
  /** Whether messages of a process that crashed are relayed: it may have reached only some. */
  readonly relaysForCrashed: boolean;
}

/** The rule as the book has it. */
export const lazyReliableRules: LazyReliableRules = { relaysForCrashed: true };

/**
 * Lazy reliable broadcast: relay what came from a process only once that process is known to have crashed. As cheap as
 * best-effort broadcast while nobody crashes. Of its failure detector it needs completeness alone: a crash that is never
 * detected leaves some without the message (RB4), a process accused wrongly costs only messages.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.2, "Lazy Reliable Broadcast".
 */
export const lazyReliableBroadcast = <M>({
  rules,
}: {
  readonly rules?: Partial<LazyReliableRules>;
} = {}): Module<{
  provides: Broadcast<M>;
  uses: { bestEffort: Broadcast<Relayed<M>>; detector: PerfectFailureDetector };
  state: { sent: number; crashed: boolean[]; delivered: NumberSet[]; from: Relayed<M>[][] };
}> => {
  const { relaysForCrashed } = { ...lazyReliableRules, ...rules };
  return {
    name: "lazy reliable broadcast",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.2",
    init: ({ nodes }) => ({
      sent: 0,
      crashed: perNode(nodes, () => false),
      delivered: perNode(nodes, emptyNumberSet),
      from: perNode(nodes, () => []),
    }),
    upon: {
      request: {
        broadcast(s, io, message) {
          io.bestEffort.broadcast({ origin: io.self, sequence: s.sent++, message });
        },
      },
      bestEffort: {
        deliver(s, io, _from, relayed) {
          const { origin, sequence, message } = relayed;
          if (hasNumber(s.delivered[origin]!, sequence)) return;
          addNumber(s.delivered[origin]!, sequence);
          s.from[origin]!.push(relayed);
          io.up.deliver(origin, message);
          if (s.crashed[origin] && relaysForCrashed) io.bestEffort.broadcast(relayed);
        },
      },
      detector: {
        crash(s, io, node) {
          s.crashed[node] = true;
          if (relaysForCrashed) for (const relayed of s.from[node]!) io.bestEffort.broadcast(relayed);
        },
      },
    },
  };
};
