import type { Links, Module } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";

/** A message with its number on the way from one process to another. */
export interface Numbered<M> {
  readonly sequence: number;
  readonly message: M;
}

/** What a receiver remembers of one sender: everything below `next` was delivered, and the numbers in `beyond`. */
interface Received {
  next: number;
  beyond: number[];
}

const isNew = (received: Received, sequence: number): boolean =>
  sequence >= received.next && !received.beyond.includes(sequence);

const remember = (received: Received, sequence: number): void => {
  if (sequence !== received.next) {
    received.beyond.push(sequence);
    return;
  }
  received.next++;
  while (received.beyond.includes(received.next)) received.beyond.splice(received.beyond.indexOf(received.next++), 1);
};

/**
 * Perfect point-to-point links: what a stubborn link delivers again and again is delivered once (PL2). Messages are
 * numbered for each receiver, so that the memory of what was delivered is a number and the gaps above it instead of the
 * book's growing set. The memory is volatile: a receiver that recovers delivers again (row 7; the logged link cures it).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 2.2, "Eliminate Duplicates".
 */
export const perfectLink = <M>(): Module<{
  provides: Links<M>;
  uses: { stubborn: Links<Numbered<M>> };
  state: { sent: number[]; received: Received[] };
}> => ({
  name: "perfect link",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 2.2",
  init: ({ nodes }) => ({ sent: perNode(nodes, () => 0), received: perNode(nodes, () => ({ next: 0, beyond: [] })) }),
  upon: {
    request: {
      send(s, io, to, message) {
        const sequence = s.sent[to]!++;
        io.stubborn.send(to, { sequence, message });
      },
    },
    stubborn: {
      deliver(s, io, from, { sequence, message }) {
        const received = s.received[from]!;
        if (!isNew(received, sequence)) return;
        remember(received, sequence);
        io.up.deliver(from, message);
      },
    },
  },
});
