import type { Links, Module, NodeId } from "../../model/index.ts";
import type { Broadcast } from "./broadcast.ts";

/** A message with its origin, on its way to the sequencer. */
export interface Submitted<M> {
  readonly message: M;
}

/** A message with its place in the one order. */
export interface Ordered<M> {
  readonly place: number;
  readonly origin: NodeId;
  readonly message: M;
}

/** The rule of the broadcast that a mutant may change. */
export interface SequencerRules {
  /** Whether the message at a place may be delivered when `next` is the first that was not. */
  readonly isNext: (place: number, next: number) => boolean;
}

/** The rule: no gaps. */
export const sequencerRules: SequencerRules = { isNext: (place, next) => place === next };

/** How a fixed sequencer is set up. */
export interface SequencerOptions {
  /** The process that numbers the messages of all. */
  readonly sequencer: NodeId;
  readonly rules?: Partial<SequencerRules>;
}

/**
 * Total-order broadcast by a fixed sequencer: one process numbers all messages, everybody delivers by number. Gap-free
 * and uniform in its order whoever crashes; agreement is that of the broadcast below. When the sequencer crashes nothing
 * is delivered any more (TOB1): the price of having no election.
 *
 * Source: Kaashoek, Tanenbaum, Hummel, Bal 1989; Défago, Schiper, Urbán 2004, section 4.1, "fixed sequencer".
 */
export const sequencerBroadcast = <M>({
  sequencer,
  rules,
}: SequencerOptions): Module<{
  provides: Broadcast<M>;
  uses: { links: Links<Submitted<M>>; reliable: Broadcast<Ordered<M>> };
  state: { numbered: number; next: number; pending: Ordered<M>[] };
}> => {
  const { isNext } = { ...sequencerRules, ...rules };
  return {
    name: "total-order broadcast by a fixed sequencer",
    source: "Kaashoek, Tanenbaum, Hummel, Bal 1989",
    init: () => ({ numbered: 0, next: 0, pending: [] }),
    upon: {
      request: {
        broadcast(_s, io, message) {
          io.links.send(sequencer, { message });
        },
      },
      links: {
        deliver(s, io, origin, { message }) {
          io.reliable.broadcast({ place: s.numbered++, origin, message });
        },
      },
      reliable: {
        deliver(s, io, _sequencer, ordered) {
          s.pending.push(ordered);
          const ready = (): number => s.pending.findIndex(({ place }) => isNext(place, s.next));
          for (let at = ready(); at >= 0; at = ready()) {
            const { place, origin, message } = s.pending.splice(at, 1)[0]!;
            s.next = place + 1;
            io.up.deliver(origin, message);
          }
        },
      },
    },
  };
};
