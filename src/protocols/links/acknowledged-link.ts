import type { Links, Module, NodeId } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import { addNumber, emptyNumberSet, type NumberSet } from "./number-set.ts";
import { type PerfectLinkRules, perfectLinkRules } from "./perfect-link.ts";

/** What two ends of an acknowledged link say to each other. */
export type AcknowledgedFrame<M> =
  | { readonly kind: "message"; readonly sequence: number; readonly message: M }
  | { readonly kind: "acknowledgement"; readonly sequence: number };

/** A message that its receiver has not acknowledged yet. */
interface Unacknowledged<M> {
  readonly to: NodeId;
  readonly sequence: number;
  readonly message: M;
  attempts: number;
}

/** The rules of an acknowledged link. */
export interface AcknowledgedLinkRules extends PerfectLinkRules {
  /** Whether a message is abandoned after so many attempts: never, or a long partition would lose it (PL1). */
  readonly givesUp: (attempts: number) => boolean;
}

/** The rules of the correct link. */
export const acknowledgedLinkRules: AcknowledgedLinkRules = { ...perfectLinkRules, givesUp: () => false };

/** How an acknowledged link paces itself. */
export interface AcknowledgedLinkOptions {
  /** Milliseconds between two transmissions of what was not acknowledged. */
  readonly retransmitMs?: number;
  readonly rules?: Partial<AcknowledgedLinkRules>;
}

/**
 * Perfect links for use: the receiver acknowledges, the sender forgets what was acknowledged, and with the last
 * acknowledgement both state and traffic end. They end only towards receivers that live: towards a crashed one nobody
 * can do better without a failure detector (Aguilera, Chen, Toueg 1997).
 *
 * An acknowledgement may be lost like everything else: every copy of a message is acknowledged, not only the first.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, 2.4.4, the remark on algorithm 2.2; Aguilera, Chen, Toueg 1997.
 */
export const acknowledgedLink = <M>({
  retransmitMs = 50,
  rules = {},
}: AcknowledgedLinkOptions = {}): Module<{
  provides: Links<M>;
  uses: { fairLoss: Links<AcknowledgedFrame<M>> };
  state: { sent: number[]; delivered: NumberSet[]; unacknowledged: Unacknowledged<M>[] };
  timers: { retransmit: [] };
}> => {
  const { isNew, givesUp } = { ...acknowledgedLinkRules, ...rules };
  return {
    name: "acknowledged link",
    source: "Cachin, Guerraoui, Rodrigues 2011, 2.4.4; Aguilera, Chen, Toueg 1997",
    init: ({ nodes }) => ({
      sent: perNode(nodes, () => 0),
      delivered: perNode(nodes, emptyNumberSet),
      unacknowledged: [],
    }),
    upon: {
      request: {
        send(s, io, to, message) {
          const sequence = s.sent[to]!++;
          if (s.unacknowledged.length === 0) io.timers.retransmit.set(retransmitMs);
          s.unacknowledged.push({ to, sequence, message, attempts: 1 });
          io.fairLoss.send(to, { kind: "message", sequence, message });
        },
      },
      fairLoss: {
        deliver(s, io, from, frame) {
          const { sequence } = frame;
          if (frame.kind === "acknowledgement") {
            s.unacknowledged = s.unacknowledged.filter((sent) => sent.to !== from || sent.sequence !== sequence);
            if (s.unacknowledged.length === 0) io.timers.retransmit.cancel();
            return;
          }
          io.fairLoss.send(from, { kind: "acknowledgement", sequence });
          const delivered = s.delivered[from]!;
          if (!isNew(delivered, sequence)) return;
          addNumber(delivered, sequence);
          io.up.deliver(from, frame.message);
        },
      },
      timer: {
        retransmit(s, io) {
          s.unacknowledged = s.unacknowledged.filter(({ attempts }) => !givesUp(attempts));
          for (const sent of s.unacknowledged) {
            sent.attempts++;
            io.fairLoss.send(sent.to, { kind: "message", sequence: sent.sequence, message: sent.message });
          }
          if (s.unacknowledged.length > 0) io.timers.retransmit.set(retransmitMs);
        },
      },
    },
  };
};
