import type { Links, Module } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { Numbered } from "./perfect-link.ts";

/** The rules of a link that keeps order. */
export interface FifoLinkRules {
  /** Whether a message is the one to deliver now. Delivering over a gap lets a later message overtake (FPL4). */
  readonly isNext: (next: number, sequence: number) => boolean;
}

/** The rules as the book has them. */
export const fifoLinkRules: FifoLinkRules = { isNext: (next, sequence) => sequence === next };

/**
 * FIFO links: the sender numbers its messages for each receiver, the receiver holds back whatever came too early. Both
 * counters are volatile. If either end recovers they no longer agree: the sender starts again at 0 and its messages
 * wait for ever, or fill gaps that older ones left (case B2; the durable FIFO link cures it).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 2.11, "Sequence Number".
 */
export const fifoLink = <M>({
  rules = {},
}: {
  readonly rules?: Partial<FifoLinkRules>;
} = {}): Module<{
  provides: Links<M>;
  uses: { perfect: Links<Numbered<M>> };
  state: { sent: number[]; next: number[]; waiting: Numbered<M>[][] };
}> => {
  const { isNext } = { ...fifoLinkRules, ...rules };
  return {
    name: "FIFO link",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 2.11",
    init: ({ nodes }) => ({
      sent: perNode(nodes, () => 0),
      next: perNode(nodes, () => 0),
      waiting: perNode(nodes, () => []),
    }),
    upon: {
      request: {
        send(s, io, to, message) {
          const sequence = s.sent[to]!++;
          io.perfect.send(to, { sequence, message });
        },
      },
      perfect: {
        deliver(s, io, from, numbered) {
          const waiting = s.waiting[from]!;
          waiting.push(numbered);
          const ready = (): number => waiting.findIndex(({ sequence }) => isNext(s.next[from]!, sequence));
          for (let at = ready(); at >= 0; at = ready()) {
            const { message } = waiting.splice(at, 1)[0]!;
            s.next[from]!++;
            io.up.deliver(from, message);
          }
          if (waiting.length > 0) io.note("waits for message", s.next[from], "of process", from);
        },
      },
    },
  };
};
