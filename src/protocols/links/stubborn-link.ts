import type { Links, Module, NodeId } from "../../model/index.ts";

/** How a stubborn link paces itself. */
export interface StubbornLinkOptions {
  /** Milliseconds between two transmissions of everything that was ever sent. */
  readonly retransmitMs?: number;
}

/**
 * Stubborn point-to-point links: retransmit for ever. Over fair-loss links a message sent to a correct process is
 * delivered infinitely often (SL1). Costs unbounded state and traffic: the abstraction is for reasoning, the perfect
 * link with acknowledgements is for use.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 2.1, "Retransmit Forever".
 */
export const stubbornLink = <M>({
  retransmitMs = 50,
}: StubbornLinkOptions = {}): Module<{
  provides: Links<M>;
  uses: { fairLoss: Links<M> };
  state: { sent: { to: NodeId; message: M }[] };
  timers: { retransmit: [] };
}> => ({
  name: "stubborn link",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 2.1",
  init: () => ({ sent: [] }),
  upon: {
    request: {
      send(s, io, to, message) {
        if (s.sent.length === 0) io.timers.retransmit.set(retransmitMs);
        s.sent.push({ to, message });
        io.fairLoss.send(to, message);
      },
    },
    fairLoss: {
      deliver(_s, io, from, message) {
        io.up.deliver(from, message);
      },
    },
    timer: {
      retransmit(s, io) {
        for (const { to, message } of s.sent) io.fairLoss.send(to, message);
        io.timers.retransmit.set(retransmitMs);
      },
    },
  },
});
