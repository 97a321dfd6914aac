import type { Links, Module, Sessions } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";
import type { Numbered } from "./perfect-link.ts";

/** What two ends of a resuming link say to each other, in sessions. */
export type ResumingFrame<M> =
  | { readonly kind: "message"; readonly numbered: Numbered<M> }
  | { readonly kind: "acknowledge"; readonly next: number };

/** The rules of a resuming link. */
export interface ResumingLinkRules {
  /**
   * Whether a session that follows so many others begins with what they may have lost. If only the first one begins with
   * what was waiting for it, the end of a session loses silently.
   */
  readonly resumes: (sessionsBefore: number) => boolean;
}

/** The rules of the correct link. */
export const resumingLinkRules: ResumingLinkRules = { resumes: () => true };

interface Peer<M> {
  sent: number;
  unacknowledged: Numbered<M>[];
  sessions: number;
  /** Number of the next message to deliver. */
  next: number;
}

/**
 * Perfect links over sessions: numbers of their own that outlive the session, and at the beginning of each session
 * everything again that was not acknowledged. The acknowledgements of the session below will not do: they say that a
 * message reached the other end, not that its user has it.
 *
 * Source: Saltzer, Reed, Clark 1984, End-to-end arguments in system design, 2.2.
 */
export const resumingLink = <M>({
  rules = {},
}: {
  readonly rules?: Partial<ResumingLinkRules>;
} = {}): Module<{
  provides: Links<M>;
  uses: { sessions: Sessions<ResumingFrame<M>> };
  state: { readonly peers: Peer<M>[] };
}> => {
  const { resumes } = { ...resumingLinkRules, ...rules };
  return {
    name: "resuming link",
    source: "Saltzer, Reed, Clark 1984, 2.2",
    init: ({ nodes }) => ({ peers: perNode(nodes, () => ({ sent: 0, unacknowledged: [], sessions: 0, next: 0 })) }),
    upon: {
      request: {
        send(s, io, to, message) {
          const peer = s.peers[to]!;
          const numbered = { sequence: peer.sent++, message };
          peer.unacknowledged.push(numbered);
          io.sessions.send(to, { kind: "message", numbered });
        },
      },
      sessions: {
        opened(s, io, to) {
          const peer = s.peers[to]!;
          if (!resumes(peer.sessions++)) return;
          for (const numbered of peer.unacknowledged) io.sessions.send(to, { kind: "message", numbered });
        },
        ended(_s, io, peer, session) {
          io.note("lost its session with", peer, session);
        },
        deliver(s, io, from, frame) {
          const peer = s.peers[from]!;
          if (frame.kind === "acknowledge") {
            peer.unacknowledged = peer.unacknowledged.filter(({ sequence }) => sequence >= frame.next);
            return;
          }
          const { sequence, message } = frame.numbered;
          if (sequence >= peer.next) {
            peer.next = sequence + 1;
            io.up.deliver(from, message);
          }
          io.sessions.send(from, { kind: "acknowledge", next: peer.next });
        },
      },
    },
  };
};
