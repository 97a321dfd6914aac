import type { Links, Module } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import { addNumber, emptyNumberSet, hasNumber, type NumberSet } from "./number-set.ts";

/** A message with its number on the way from one process to another. */
export interface Numbered<M> {
  readonly sequence: number;
  readonly message: M;
}

/** The rules of links that deliver once. */
export interface PerfectLinkRules {
  /** Whether a number was not delivered yet. Without the question every retransmission is a delivery (PL2). */
  readonly isNew: (delivered: NumberSet, sequence: number) => boolean;
}

/** The rules as the book has them. */
export const perfectLinkRules: PerfectLinkRules = { isNew: (delivered, sequence) => !hasNumber(delivered, sequence) };

/**
 * Perfect point-to-point links: what a stubborn link delivers again and again is delivered once (PL2). Messages are
 * numbered for each receiver, so that the memory of what was delivered is a number and the gaps above it instead of the
 * book's growing set. The memory is volatile: a receiver that recovers delivers again (row 7; the logged link cures it).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 2.2, "Eliminate Duplicates".
 */
export const perfectLink = <M>({
  rules = {},
}: {
  readonly rules?: Partial<PerfectLinkRules>;
} = {}): Module<{
  provides: Links<M>;
  uses: { stubborn: Links<Numbered<M>> };
  state: { sent: number[]; delivered: NumberSet[] };
}> => {
  const { isNew } = { ...perfectLinkRules, ...rules };
  return {
    name: "perfect link",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 2.2",
    init: ({ nodes }) => ({ sent: perNode(nodes, () => 0), delivered: perNode(nodes, emptyNumberSet) }),
    upon: {
      request: {
        send(s, io, to, message) {
          const sequence = s.sent[to]!++;
          io.stubborn.send(to, { sequence, message });
        },
      },
      stubborn: {
        deliver(s, io, from, { sequence, message }) {
          const delivered = s.delivered[from]!;
          if (!isNew(delivered, sequence)) return;
          addNumber(delivered, sequence);
          io.up.deliver(from, message);
        },
      },
    },
  };
};
