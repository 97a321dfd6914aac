import type { Links, Log, Module, NodeId } from "../../model/index.ts";

/** A message that no two incarnations of a sender give the same identity. */
export interface Identified<M> {
  readonly incarnation: number;
  readonly sequence: number;
  readonly message: M;
}

/** A message in the log of its receiver. */
interface Logged<M> extends Identified<M> {
  readonly from: NodeId;
}

/** How a logged link writes. */
export interface LoggedLinkOptions {
  /**
   * Milliseconds that a message is delivered before it is logged; 0 logs first. Anything else is wrong, and tempting,
   * since it saves a sync: a crash in between and the process has forgotten what its user acted upon (row 9).
   */
  readonly writeBehindMs?: number;
}

const identityOf = <M>({ from, incarnation, sequence }: Logged<M>): string => `${from}/${incarnation}/${sequence}`;

/**
 * Logged perfect links: to deliver is to log. After a recovery everything in the log is delivered again, in the order
 * of the log, since the user's memory is gone as well: what each incarnation delivers begins with what the ones before
 * delivered (LOG1), and within one incarnation nothing comes twice (LPL2).
 *
 * Messages carry their sender's incarnation. With bare numbers a sender that recovered starts again at 0, and the logs
 * of its peers swallow its new messages as old ones.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 2.3, "Log Delivered". The book indicates the logged set as a
 * whole; here each message that is new in it is an indication.
 */
export const loggedLink = <M>({
  writeBehindMs = 0,
}: LoggedLinkOptions = {}): Module<{
  provides: Links<M>;
  uses: { stubborn: Links<Identified<M>> };
  state: { sent: number; delivered: Set<string>; unlogged: Logged<M>[] };
  disk: { delivered: Log<Logged<M>> };
  timers: { writeBehind: [] };
}> => ({
  name: "logged perfect link",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 2.3",
  disk: { delivered: "log" },
  init: () => ({ sent: 0, delivered: new Set(), unlogged: [] }),
  start(s, io) {
    const log = io.disk.delivered;
    for (let at = log.first; at < log.end; at++) {
      const logged = log.at(at);
      s.delivered.add(identityOf(logged));
      io.up.deliver(logged.from, logged.message);
    }
  },
  upon: {
    request: {
      send(s, io, to, message) {
        io.stubborn.send(to, { incarnation: io.incarnation, sequence: s.sent++, message });
      },
    },
    stubborn: {
      deliver(s, io, from, { incarnation, sequence, message }) {
        const logged = { from, incarnation, sequence, message };
        if (s.delivered.has(identityOf(logged))) return;
        s.delivered.add(identityOf(logged));
        if (writeBehindMs === 0) io.disk.delivered.append(logged);
        else {
          s.unlogged.push(logged);
          io.timers.writeBehind.set(writeBehindMs);
        }
        io.up.deliver(from, message);
      },
    },
    timer: {
      writeBehind(s, io) {
        for (const logged of s.unlogged.splice(0)) io.disk.delivered.append(logged);
      },
    },
  },
});
