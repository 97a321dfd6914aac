import type { IO, Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { PerfectFailureDetector } from "../detectors/failure-detector.ts";
import { type Acknowledged, acknowledge } from "./acknowledged.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Relayed } from "./eager-reliable-broadcast.ts";

interface AllAckUniform<M> {
  provides: Broadcast<M>;
  uses: { bestEffort: Broadcast<Relayed<M>>; detector: PerfectFailureDetector };
  state: { sent: number; crashed: boolean[]; pending: Acknowledged<M>[] };
}

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
} = {}): Module<AllAckUniform<M>> => {
  const { canDeliver } = { ...allAckUniformRules, ...rules };
  const deliverReady = (s: AllAckUniform<M>["state"], io: IO<AllAckUniform<M>>): void => {
    const correct = io.nodes.filter((node) => !s.crashed[node]);
    for (const message of s.pending) {
      if (message.delivered || !canDeliver(message.by, correct)) continue;
      message.delivered = true;
      io.up.deliver(message.relayed.origin, message.relayed.message);
    }
  };
  return {
    name: "all-ack uniform reliable broadcast",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.4",
    init: ({ nodes }) => ({ sent: 0, crashed: perNode(nodes, () => false), pending: [] }),
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
          deliverReady(s, io);
        },
      },
      detector: {
        crash(s, io, node) {
          s.crashed[node] = true;
          deliverReady(s, io);
        },
      },
    },
  };
};
