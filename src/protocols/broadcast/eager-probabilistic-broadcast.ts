import type { Links, Module } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import { addNumber, emptyNumberSet, hasNumber, type NumberSet } from "../links/number-set.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Relayed } from "./eager-reliable-broadcast.ts";
import { pickTargets } from "./pick-targets.ts";

/** A message on its way through the group, with the rounds that it may still go. */
export interface PassedOn<M> {
  readonly relayed: Relayed<M>;
  readonly rounds: number;
}

/** How gossip spreads. */
export interface EagerProbabilisticOptions {
  /** To how many others a process sends what it hears for the first time. */
  readonly fanOut: number;
  /** How many times a message is passed on at most. */
  readonly rounds: number;
}

/**
 * Gossip, "infect and die": on first receipt pass a message on to a few others, drawn at random, once. The load of each
 * process does not grow with the group, and nobody is sure to be reached: of a large group the share that is missed is the
 * solution of s = e^(-f(1-s)) for fan-out f, 20 % with two, a quarter of a percent with six. With one it dies out.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 3.9, "Eager Probabilistic Broadcast".
 */
export const eagerProbabilisticBroadcast = <M>({
  fanOut,
  rounds,
}: EagerProbabilisticOptions): Module<{
  provides: Broadcast<M>;
  uses: { fairLoss: Links<PassedOn<M>> };
  state: { sent: number; delivered: NumberSet[] };
}> => ({
  name: "eager probabilistic broadcast",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 3.9",
  init: ({ nodes }) => ({ sent: 0, delivered: perNode(nodes, emptyNumberSet) }),
  upon: {
    request: {
      broadcast(s, io, message) {
        const relayed = { origin: io.self, sequence: s.sent++, message };
        addNumber(s.delivered[io.self]!, relayed.sequence);
        io.up.deliver(io.self, message);
        for (const target of pickTargets(io.nodes, io.self, fanOut, io.random))
          io.fairLoss.send(target, { relayed, rounds });
      },
    },
    fairLoss: {
      deliver(s, io, _from, { relayed, rounds: left }) {
        const delivered = s.delivered[relayed.origin]!;
        if (hasNumber(delivered, relayed.sequence)) return;
        addNumber(delivered, relayed.sequence);
        io.up.deliver(relayed.origin, relayed.message);
        if (left <= 1) return;
        for (const target of pickTargets(io.nodes, io.self, fanOut, io.random))
          io.fairLoss.send(target, { relayed, rounds: left - 1 });
      },
    },
  },
});
