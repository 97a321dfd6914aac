import type { ClockKind, Links, Module, NodeId, Port, Site } from "../../model/index.ts";

/** Links that stamp every event of a process: what it does by itself, what it sends, and what it receives. */
export interface StampedLinks<M, Stamp> extends Port {
  readonly requests: {
    /** Something that happens here and that no message tells of. */
    readonly local: (label: string) => void;
    /** Sending is an event too: its stamp travels with the message. */
    readonly send: (to: NodeId, message: M) => void;
  };
  readonly indications: {
    /** The stamp of an event that `local` asked for. */
    readonly local: (label: string, stamp: Stamp) => void;
    /** The stamp under which a message left. */
    readonly sent: (to: NodeId, message: M, stamp: Stamp) => void;
    /** `sentAt` is the stamp of the event that sent it. */
    readonly deliver: (from: NodeId, message: M, stamp: Stamp, sentAt: Stamp) => void;
  };
}

/** A message with what the clock sends along. */
export interface Carried<M, Stamp> {
  readonly message: M;
  readonly stamp: Stamp;
}

/** What a clock may ask of the process that it runs in. */
export interface ClockHost {
  readonly self: NodeId;
  /** Milliseconds on one of the process's clocks. */
  clock(which: ClockKind): number;
}

/**
 * A clock of events: rules over plain data. A stamp that was given out is never changed; `s` is the clock's own state.
 */
export interface EventClock<S extends object, Stamp> {
  readonly name: string;
  readonly source: string;
  /** The clock before any event. */
  init(site: Site): S;
  /** The stamp of the next event here, unless it is a receipt. */
  tick(s: S, host: ClockHost): Stamp;
  /** The stamp of the receipt of a message that carried `theirs`. */
  receive(s: S, theirs: Stamp, from: NodeId, host: ClockHost): Stamp;
  /** What of a stamp travels with the message; all of it where absent. */
  carried?(stamp: Stamp, self: NodeId): Stamp;
}

/** Puts a clock of events on links. */
export const stampedLinks = <M, S extends object, Stamp>(
  clock: EventClock<S, Stamp>,
): Module<{
  provides: StampedLinks<M, Stamp>;
  uses: { links: Links<Carried<M, Stamp>> };
  state: S;
}> => ({
  name: clock.name,
  source: clock.source,
  init: (site) => clock.init(site),
  upon: {
    request: {
      local(s, io, label) {
        io.up.local(label, clock.tick(s, io));
      },
      send(s, io, to, message) {
        const stamp = clock.tick(s, io);
        io.up.sent(to, message, stamp);
        io.links.send(to, { message, stamp: clock.carried?.(stamp, io.self) ?? stamp });
      },
    },
    links: {
      deliver(s, io, from, { message, stamp }) {
        io.up.deliver(from, message, clock.receive(s, stamp, from, io), stamp);
      },
    },
  },
});
