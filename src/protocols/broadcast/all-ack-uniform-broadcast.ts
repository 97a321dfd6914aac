import type { Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { PerfectFailureDetector } from "../detectors/failure-detector.ts";
import { type Acknowledged, acknowledge, takeReady } from "./acknowledged.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Relayed } from "./eager-reliable-broadcast.ts";

/** The rule of the broadcast that a mutant may change. */
export interface AllAckUniformRules {
  /** Whether a message may be delivered, by who relayed it and who is not known to have crashed. */
  readonly canDeliver: (acknowledgedBy: readonly NodeId[], correct: readonly NodeId[]) => boolean;
}

/** The rule as the book has it: all that have not crashed have it. */
export const allAckUniformRules: AllAckUniformRules = {
  canDeliver: (acknowledgedBy, correct) => correct.every((node) => acknowledgedBy.includes(node)),
};

/**
 * Uniform reliable broadcast with a perfect failure detector: deliver when everybody that has not crashed was seen to
 * have the message. Any number may crash. One false accusation is enough to break it for ever: a process that holds all
 * others for crashed waits for nobody, delivers alone and crashes (URB4).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.4, "All-Ack Uniform Reliable Broadcast".
 */
export const allAckUniformBroadcast = <M>({
  rules,
}: {
  readonly rules?: Partial<AllAckUniformRules>;
} = {}): Module<{
  provides: Broadcast<M>;
  uses: { bestEffort: Broadcast<Relayed<M>>; detector: PerfectFailureDetector };
  state: { sent: number; crashed: boolean[]; pending: Acknowledged<M>[] };
}> => {
  const { canDeliver } = { ...allAckUniformRules, ...rules };
  return {
    name: "all-ack uniform reliable broadcast",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.4",
    init: ({ nodes }) => ({ sent: 0, crashed: perNode(nodes, () => false), pending: [] }),
    whenever(s, io) {
      const correct = io.nodes.filter((node) => !s.crashed[node]);
      for (const { origin, message } of takeReady(s.pending, (by) => canDeliver(by, correct)))
        io.up.deliver(origin, message);
    },
    upon: {
      request: {
        broadcast(s, io, message) {
          io.bestEffort.broadcast({ origin: io.self, sequence: s.sent++, message });
        },
      },
      bestEffort: {
        deliver(s, io, from, relayed) {
          const isNew = acknowledge(s.pending, from, relayed);
          if (isNew && relayed.origin !== io.self) io.bestEffort.broadcast(relayed);
        },
      },
      detector: {
        crash(s, _io, node) {
          s.crashed[node] = true;
        },
      },
    },
  };
};
