import type { Links, Module, NodeId, Port } from "../../model/index.ts";
import { type ClockCorrection, type ClockEstimate, correctionOf, ntpEstimate } from "./clock-estimate.ts";
import type { TimeMessage } from "./time-server.ts";

/** Estimates of another clock. */
export interface TimeSource extends Port {
  readonly requests: {
    /** One exchange with the server. */
    readonly synchronise: () => void;
  };
  readonly indications: {
    /** By how many milliseconds the server is ahead, how long the messages took, and what is to be done about it. */
    readonly estimate: (estimate: ClockEstimate, correction: ClockCorrection) => void;
  };
}

/** Whom to ask, and how to reckon. */
export interface TimeClientOptions {
  readonly server: NodeId;
  /** From the four readings of an exchange, milliseconds. NTP's when absent. */
  readonly estimateOf?: (t1: number, t2: number, t3: number, t4: number) => ClockEstimate;
}

/**
 * Asks a server for the time and estimates its own offset from the four times of the exchange.
 *
 * Source: Mills 1991, Internet Time Synchronization: The Network Time Protocol.
 */
export const timeClient = ({
  server,
  estimateOf = ntpEstimate,
}: TimeClientOptions): Module<{
  provides: TimeSource;
  uses: { links: Links<TimeMessage> };
  state: Record<never, never>;
}> => ({
  name: "time client",
  source: "Mills 1991",
  init: () => ({}),
  upon: {
    request: {
      synchronise(_s, io) {
        io.links.send(server, { kind: "ask", t1: io.clock("wall") });
      },
    },
    links: {
      deliver(_s, io, _from, message) {
        if (message.kind !== "tell") return io.note("not for a client");
        const estimate = estimateOf(message.t1, message.t2, message.t3, io.clock("wall"));
        io.up.estimate(estimate, correctionOf(estimate.offset));
      },
    },
  },
});
