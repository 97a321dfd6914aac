import type { Links, Log, Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import { type FifoLinkRules, fifoLinkRules } from "./fifo-link.ts";
import type { Numbered } from "./perfect-link.ts";

/** A message as its sender logs it. */
interface Outgoing<M> extends Numbered<M> {
  readonly to: NodeId;
}

/** A message as its receiver logs it. */
interface Incoming<M> {
  readonly from: NodeId;
  readonly message: M;
}

/**
 * FIFO links where processes recover: the FIFO link with both counters on disk. A counter alone is not enough. If the
 * sender logs that it is at 3 and crashes before message 2 left, the receiver waits for 2 for ever; so the message is
 * logged with its number and sent again after recovery. If the receiver logs that it is at 3 and crashes before its
 * user heard of 2, nobody ever hears of it; so the message is logged too and delivered again after recovery. The
 * counters are the lengths of the logs.
 *
 * The logs only grow: cutting them needs acknowledgements and a user that says what it has kept.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithms 2.3 and 2.11 joined; Kleppmann, Distributed Systems, exercise 5.
 */
export const durableFifoLink = <M>({
  rules = {},
}: {
  readonly rules?: Partial<FifoLinkRules>;
} = {}): Module<{
  provides: Links<M>;
  uses: { stubborn: Links<Numbered<M>> };
  state: { sent: number[]; next: number[]; waiting: Numbered<M>[][] };
  disk: { outbox: Log<Outgoing<M>>; inbox: Log<Incoming<M>> };
}> => {
  const { isNext } = { ...fifoLinkRules, ...rules };
  return {
    name: "durable FIFO link",
    source: "Cachin, Guerraoui, Rodrigues 2011, algorithms 2.3 and 2.11",
    disk: { outbox: "log", inbox: "log" },
    init: ({ nodes }) => ({
      sent: perNode(nodes, () => 0),
      next: perNode(nodes, () => 0),
      waiting: perNode(nodes, () => []),
    }),
    start(s, io) {
      const { outbox, inbox } = io.disk;
      for (let at = outbox.first; at < outbox.end; at++) {
        const { to, sequence, message } = outbox.at(at);
        s.sent[to] = sequence + 1;
        io.stubborn.send(to, { sequence, message });
      }
      for (let at = inbox.first; at < inbox.end; at++) {
        const { from, message } = inbox.at(at);
        s.next[from]!++;
        io.up.deliver(from, message);
      }
    },
    upon: {
      request: {
        send(s, io, to, message) {
          const sequence = s.sent[to]!++;
          io.disk.outbox.append({ to, sequence, message });
          io.stubborn.send(to, { sequence, message });
        },
      },
      stubborn: {
        deliver(s, io, from, numbered) {
          const waiting = s.waiting[from]!;
          if (numbered.sequence < s.next[from]! || waiting.some(({ sequence }) => sequence === numbered.sequence))
            return;
          waiting.push(numbered);
          const ready = (): number => waiting.findIndex(({ sequence }) => isNext(s.next[from]!, sequence));
          for (let at = ready(); at >= 0; at = ready()) {
            const { message } = waiting.splice(at, 1)[0]!;
            s.next[from]!++;
            io.disk.inbox.append({ from, message });
            io.up.deliver(from, message);
          }
        },
      },
    },
  };
};
