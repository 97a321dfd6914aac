import type { Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { Broadcast } from "./broadcast.ts";

/** A message with its number among those of its origin. */
export interface Sequenced<M> {
  readonly sequence: number;
  readonly message: M;
}

/** The rules of the broadcast that a mutant may change. */
export interface FifoRules {
  /** Whether a message is the next one of its origin. */
  readonly isNext: (sequence: number, next: number) => boolean;
  /** Whether a message that came too early is kept. */
  readonly keepsEarly: boolean;
}

/** The rules as the book has them. */
export const fifoRules: FifoRules = { isNext: (sequence, next) => sequence === next, keepsEarly: true };

/**
 * FIFO-order broadcast: number the messages of each process, hold back what comes too early (FRB5). As strong in all else
 * as the broadcast below it: over a totally ordered one it gives FIFO-total order, since what is held back depends on
 * nothing but the sequence that all have in common.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.12, "Broadcast with Sequence Number".
 */
export const fifoBroadcast = <M>({
  rules,
}: {
  readonly rules?: Partial<FifoRules>;
} = {}): Module<{
  provides: Broadcast<M>;
  uses: { reliable: Broadcast<Sequenced<M>> };
  state: { sent: number; next: number[]; pending: { origin: NodeId; sequenced: Sequenced<M> }[] };
}> => {
  const { isNext, keepsEarly } = { ...fifoRules, ...rules };
  return {
    name: "FIFO broadcast",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.12",
    init: ({ nodes }) => ({ sent: 0, next: perNode(nodes, () => 0), pending: [] }),
    upon: {
      request: {
        broadcast(s, io, message) {
          io.reliable.broadcast({ sequence: s.sent++, message });
        },
      },
      reliable: {
        deliver(s, io, origin, sequenced) {
          s.pending.push({ origin, sequenced });
          const ready = (): number =>
            s.pending.findIndex(({ origin: of, sequenced: { sequence } }) => isNext(sequence, s.next[of]!));
          for (let at = ready(); at >= 0; at = ready()) {
            const first = s.pending.splice(at, 1)[0]!;
            s.next[first.origin] = first.sequenced.sequence + 1;
            io.up.deliver(first.origin, first.sequenced.message);
          }
          if (!keepsEarly) s.pending = [];
        },
      },
    },
  };
};
