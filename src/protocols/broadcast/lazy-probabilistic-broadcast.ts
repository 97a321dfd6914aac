import type { IO, Links, Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Relayed } from "./eager-reliable-broadcast.ts";
import type { Sequenced } from "./fifo-broadcast.ts";
import { pickTargets } from "./pick-targets.ts";

/** Who has this message for that process? Here it is. */
export type Recovery<M> =
  | {
      readonly kind: "request";
      readonly missedBy: NodeId;
      readonly origin: NodeId;
      readonly sequence: number;
      readonly rounds: number;
    }
  | { readonly kind: "data"; readonly relayed: Relayed<M> };

interface LazyProbabilistic<M> {
  provides: Broadcast<M>;
  uses: { unreliable: Broadcast<Sequenced<M>>; fairLoss: Links<Recovery<M>> };
  state: { sent: number; next: number[]; stored: Relayed<M>[]; pending: Relayed<M>[] };
  timers: { giveUp: [origin: NodeId, sequence: number] };
}

/** How gossip asks for what is missing. */
export interface LazyProbabilisticOptions {
  /** How many others are asked at a time. */
  readonly fanOut: number;
  /** How many times a question is passed on at most. */
  readonly rounds: number;
  /** Of so many processes about one keeps a message for others: storage is shared among all. */
  readonly oneStoresOf: number;
  /** Milliseconds after which a gap is given up. */
  readonly patienceMs: number;
}

/** Of a longer gap only the last messages are asked for; with their patience the whole gap is given up. */
const gapMax = 1_000;

const isAt = (origin: NodeId, sequence: number) => (relayed: Relayed<unknown>) =>
  relayed.origin === origin && relayed.sequence === sequence;

const deliverReady = <M>(s: LazyProbabilistic<M>["state"], io: IO<LazyProbabilistic<M>>): void => {
  const ready = (): number => s.pending.findIndex(({ origin, sequence }) => sequence === s.next[origin]);
  for (let at = ready(); at >= 0; at = ready()) {
    const { origin, message } = s.pending.splice(at, 1)[0]!;
    s.next[origin]!++;
    io.up.deliver(origin, message);
  }
};

const hold = <M>(s: LazyProbabilistic<M>["state"], relayed: Relayed<M>): void => {
  const { origin, sequence } = relayed;
  if (sequence >= s.next[origin]! && !s.pending.some(isAt(origin, sequence))) s.pending.push(relayed);
};

/**
 * Gossip that spends messages only on what was lost: messages go out by an unreliable broadcast; who sees a gap in the
 * numbers of an origin asks a few others, drawn at random, and gives the gap up after a while. A message that nothing
 * follows leaves no gap, and is not missed.
 *
 * The book's timeout goes on after the message that showed the gap; here it goes on with it, since it is at hand.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithms 3.10 and 3.11, "Lazy Probabilistic Broadcast".
 */
export const lazyProbabilisticBroadcast = <M>({
  fanOut,
  rounds,
  oneStoresOf,
  patienceMs,
}: LazyProbabilisticOptions): Module<LazyProbabilistic<M>> => {
  const gossip = (io: IO<LazyProbabilistic<M>>, request: Recovery<M>): void => {
    for (const target of pickTargets(io.nodes, io.self, fanOut, io.random)) io.fairLoss.send(target, request);
  };
  return {
    name: "lazy probabilistic broadcast",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithms 3.10 and 3.11",
    init: ({ nodes }) => ({ sent: 0, next: perNode(nodes, () => 0), stored: [], pending: [] }),
    upon: {
      request: {
        broadcast(s, io, message) {
          io.unreliable.broadcast({ sequence: s.sent++, message });
        },
      },
      unreliable: {
        deliver(s, io, origin, { sequence, message }) {
          const relayed = { origin, sequence, message };
          if (io.random("store", oneStoresOf) === 0) s.stored.push(relayed);
          hold(s, relayed);
          for (let missing = Math.max(s.next[origin]!, sequence - gapMax); missing < sequence; missing++) {
            if (s.pending.some(isAt(origin, missing))) continue;
            gossip(io, { kind: "request", missedBy: io.self, origin, sequence: missing, rounds: rounds - 1 });
            io.timers.giveUp.set(patienceMs, origin, sequence);
          }
          deliverReady(s, io);
        },
      },
      fairLoss: {
        deliver(s, io, _from, recovery) {
          if (recovery.kind === "data") {
            hold(s, recovery.relayed);
            return deliverReady(s, io);
          }
          const { missedBy, origin, sequence, rounds: left } = recovery;
          const stored = s.stored.find(isAt(origin, sequence));
          if (stored !== undefined) io.fairLoss.send(missedBy, { kind: "data", relayed: stored });
          else if (left > 0) gossip(io, { kind: "request", missedBy, origin, sequence, rounds: left - 1 });
        },
      },
      timer: {
        giveUp(s, io, origin, sequence) {
          s.next[origin] = Math.max(s.next[origin]!, sequence);
          s.pending = s.pending.filter((held) => held.sequence >= s.next[held.origin]!);
          deliverReady(s, io);
        },
      },
    },
  };
};
