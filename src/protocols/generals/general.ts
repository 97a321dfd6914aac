import type { Links, Module, Port } from "../../model/index.ts";
import type { AnyFiniteProtocol, FiniteProtocol } from "./finite-protocol.ts";

/** What a general does at the agreed time. */
export interface Campaign extends Port {
  readonly requests: Record<never, never>;
  readonly indications: {
    /** He goes ahead: alone, if the other one stays. */
    readonly attack: () => void;
    /** He lets the agreed time pass. */
    readonly stay: () => void;
  };
}

/** A messenger, by the round in which he left. */
export interface Messenger {
  readonly round: number;
  readonly message: unknown;
}

/**
 * A general who follows a finite protocol: one round each `roundMs`, which must be longer than any messenger is on his
 * way. Who comes later is not heard.
 *
 * Source: Gray 1978, Notes on Data Base Operating Systems, section 5.8.3.3.1.
 */
export const general = (
  finite: AnyFiniteProtocol,
  { roundMs = 20 }: { readonly roundMs?: number } = {},
): Module<{
  provides: Campaign;
  uses: { messengers: Links<Messenger> };
  state: { state: unknown; round: number; heard: unknown };
  timers: { sunset: [] };
}> => {
  const protocol = finite as FiniteProtocol<unknown, unknown>;
  return {
    name: "general",
    source: "Gray 1978, 5.8.3.3.1",
    init: ({ self }) => ({ state: protocol.init(self === 0 ? 0 : 1), round: 0, heard: null }),
    start(s, io) {
      const message = protocol.send(s.state, 0);
      if (message !== null) io.messengers.send(1 - io.self, { round: 0, message });
      io.timers.sunset.set(roundMs);
    },
    upon: {
      request: {},
      messengers: {
        deliver(s, io, _from, { round, message }) {
          if (round !== s.round) return io.note("too late to be heard", round);
          s.heard = message;
        },
      },
      timer: {
        sunset(s, io) {
          s.state = protocol.receive(s.state, s.round, s.heard);
          s.heard = null;
          s.round++;
          if (s.round === protocol.rounds) return protocol.attacks(s.state) ? io.up.attack() : io.up.stay();
          const message = protocol.send(s.state, s.round);
          if (message !== null) io.messengers.send(1 - io.self, { round: s.round, message });
          io.timers.sunset.set(roundMs);
        },
      },
    },
  };
};
