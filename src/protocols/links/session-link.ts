import type { IO, Links, Module, NodeId, Sessions } from "../../model/index.ts";
import { perNode } from "../../model/index.ts";

export type { Sessions } from "../../model/index.ts";

/** What two ends of a session say to each other. `life` is the incarnation of the one who says it. */
export type SessionFrame<M> = { readonly session: number; readonly life: number } & (
  | { readonly kind: "open" }
  | { readonly kind: "accept" }
  | { readonly kind: "data"; readonly sequence: number; readonly message: M }
  | { readonly kind: "acknowledge"; readonly next: number }
  | { readonly kind: "end" }
);

interface Session<M> {
  number: number;
  isOpen: boolean;
  /** The incarnation of the other end that it was opened with. */
  life: number;
  /** Sequence number of the first message that was not acknowledged. */
  first: number;
  unacknowledged: M[];
  /** Sequence number of the first message that was sent since the last tick: an answer to it may be under way. */
  recent: number;
  /** Sequence number of the next message to deliver. */
  next: number;
  /** Messages that came before their turn. */
  early: { readonly sequence: number; readonly message: M }[];
  /** How often in a row what is not acknowledged was sent in vain. */
  attempts: number;
}

type SessionSpec<M> = {
  provides: Sessions<M>;
  uses: { fairLoss: Links<SessionFrame<M>> };
  state: { readonly sessions: Session<M>[] };
  timers: { tick: [peer: NodeId] };
};

/** How sessions pace themselves. */
export interface SessionLinkOptions {
  /** Milliseconds between two transmissions of what was not acknowledged, and between two signs of life. */
  readonly resendMs?: number;
  /** So many transmissions in vain end the session. */
  readonly attemptsMax?: number;
}

const renew = <M>(session: Session<M>, number: number): void => {
  session.number = number;
  session.isOpen = false;
  session.first = 0;
  session.unacknowledged = [];
  session.recent = 0;
  session.next = 0;
  session.early = [];
  session.attempts = 0;
};

/** Of two processes the one with the lower id dials: both dialling would need a rule for the crossing of two calls. */
const dials = (self: NodeId, peer: NodeId): boolean => self < peer;

/** So many sessions a process may dial in one life before their numbers meet those of its next one. */
const sessionsPerLife = 1_000_000;

/** Numbers grow over crashes as well: with the old ones again, the other end would refuse each session in turn. */
const firstSession = (incarnation: number): number => incarnation * sessionsPerLife + 1;

const open = <M>(io: IO<SessionSpec<M>>, peer: NodeId, session: Session<M>, life: number): void => {
  session.isOpen = true;
  session.life = life;
  io.up.opened(peer, session.number);
};

/** The session is over at this end. The dialler goes on with the next number, and never comes back to this one. */
const end = <M>(io: IO<SessionSpec<M>>, peer: NodeId, session: Session<M>): void => {
  const { number, isOpen } = session;
  renew(session, dials(io.self, peer) ? number + 1 : number);
  if (isOpen) io.up.ended(peer, number);
};

/** So many messages may come before their turn; what is beyond is sent again. */
const windowMax = 64;

/** Sends again what had a tick's time to be answered, as far as the other end has room for it. */
const resend = <M>(io: IO<SessionSpec<M>>, peer: NodeId, session: Session<M>): void => {
  const { number, first, unacknowledged, recent } = session;
  const end = Math.min(recent, first + windowMax);
  for (let sequence = first; sequence < end; sequence++) {
    const message = unacknowledged[sequence - first]!;
    io.fairLoss.send(peer, { kind: "data", session: number, life: io.incarnation, sequence, message });
  }
  session.recent = first + unacknowledged.length;
};

/** Delivers a message in its turn, and those that waited for it. */
const take = <M>(io: IO<SessionSpec<M>>, from: NodeId, session: Session<M>, sequence: number, message: M): void => {
  if (sequence !== session.next) {
    const isWanted = sequence > session.next && sequence < session.next + windowMax;
    if (isWanted && !session.early.some((one) => one.sequence === sequence)) session.early.push({ sequence, message });
    return;
  }
  session.next++;
  io.up.deliver(from, message);
  for (;;) {
    const at = session.early.findIndex((one) => one.sequence === session.next);
    if (at < 0) return;
    session.next++;
    io.up.deliver(from, session.early.splice(at, 1)[0]!.message);
  }
};

/**
 * Session links: what TCP gives. Within a session messages arrive in order and none is missing; when the other end does
 * not answer for long, the session ends, both ends are told, and a new one begins. Whether the last messages of the old
 * one arrived, nobody knows: whoever ignores the end has links that silently lose (row 11).
 *
 * Session numbers only grow, over crashes of the dialler too, so that what is left of an old session on the network is
 * refused. Frames say in which life they were sent, and a session ends with either life. Whoever was dialled and recovers
 * does not know the numbers any more, and may hear what is left of an old session on the network once again: where
 * processes recover, what is above must bear a message that comes twice.
 *
 * Source: RFC 9293 in what it gives, not in how.
 */
export const sessionLink = <M>({
  resendMs = 50,
  attemptsMax = 4,
}: SessionLinkOptions = {}): Module<SessionSpec<M>> => ({
  name: "session link",
  source: "RFC 9293",
  init: ({ nodes }) => ({
    sessions: perNode(nodes, () => ({
      number: 0,
      isOpen: false,
      life: 0,
      first: 0,
      unacknowledged: [],
      recent: 0,
      next: 0,
      early: [],
      attempts: 0,
    })),
  }),
  start(s, io) {
    for (const peer of io.nodes) {
      if (!dials(io.self, peer)) continue;
      const first = firstSession(io.incarnation);
      renew(s.sessions[peer]!, first);
      io.fairLoss.send(peer, { kind: "open", session: first, life: io.incarnation });
      io.timers.tick.set(resendMs, peer);
    }
  },
  upon: {
    request: {
      send(s, io, to, message) {
        const session = s.sessions[to]!;
        if (!session.isOpen) return io.note("has no session with", to);
        session.unacknowledged.push(message);
        const sequence = session.first + session.unacknowledged.length - 1;
        io.fairLoss.send(to, { kind: "data", session: session.number, life: io.incarnation, sequence, message });
      },
    },
    fairLoss: {
      deliver(s, io, from, frame) {
        const session = s.sessions[from]!;
        const life = io.incarnation;
        if (frame.kind === "open" && frame.session > session.number) {
          end(io, from, session);
          renew(session, frame.session);
          open(io, from, session, frame.life);
          io.timers.tick.set(resendMs, from);
        }
        // The other end crashed and came back: whatever this session knew of it is no more.
        if (frame.session === session.number && session.isOpen && frame.life !== session.life) {
          io.fairLoss.send(from, { kind: "end", session: frame.session, life });
          return end(io, from, session);
        }
        const isThis = frame.session === session.number;
        // The dialler hears of its session from the other end, by whichever frame comes first.
        const isAnswer = frame.kind === "accept" || frame.kind === "data";
        if (isThis && isAnswer && !session.isOpen && dials(io.self, from)) open(io, from, session, frame.life);
        if (frame.kind === "end") {
          if (isThis) end(io, from, session);
          return;
        }
        if (!isThis || !session.isOpen) return io.fairLoss.send(from, { kind: "end", session: frame.session, life });
        if (frame.kind === "open") io.fairLoss.send(from, { kind: "accept", session: frame.session, life });
        else if (frame.kind === "data") {
          take(io, from, session, frame.sequence, frame.message);
          io.fairLoss.send(from, { kind: "acknowledge", session: frame.session, life, next: session.next });
        } else if (frame.kind === "acknowledge" && frame.next > session.first) {
          session.unacknowledged = session.unacknowledged.slice(frame.next - session.first);
          session.first = frame.next;
          session.attempts = 0;
        }
      },
    },
    timer: {
      tick(s, io, peer) {
        const session = s.sessions[peer]!;
        if (session.unacknowledged.length > 0 && ++session.attempts > attemptsMax) {
          io.fairLoss.send(peer, { kind: "end", session: session.number, life: io.incarnation });
          end(io, peer, session);
        }
        resend(io, peer, session);
        if (dials(io.self, peer))
          io.fairLoss.send(peer, { kind: "open", session: session.number, life: io.incarnation });
        if (dials(io.self, peer) || session.isOpen) io.timers.tick.set(resendMs, peer);
      },
    },
  },
});
