import type { Links, Module, NodeId, Port } from "../../model/index.ts";
import { ntpEstimate } from "./clock-estimate.ts";

/** A group of clocks that agree with each other, right or wrong. */
export interface ClockGroup extends Port {
  readonly requests: {
    /** Starts a round, at the master. */
    readonly synchronise: () => void;
  };
  readonly indications: {
    /** Add so many milliseconds to your clock; the estimate behind it is off by at most `uncertaintyMs`. */
    readonly adjust: (byMs: number, uncertaintyMs: number) => void;
  };
}

/** `asked` and `told` are readings of the time of day, milliseconds. */
export type BerkeleyMessage =
  | { readonly kind: "ask"; readonly round: number; readonly asked: number }
  | { readonly kind: "tell"; readonly round: number; readonly asked: number; readonly told: number }
  | { readonly kind: "adjust"; readonly byMs: number; readonly uncertaintyMs: number };

/** Brings every reading to their mean. Source: Gusella and Zatti 1989. */
export const berkeleyAdjustments = (readings: readonly number[]): readonly number[] => {
  const mean = readings.reduce((sum, reading) => sum + reading, 0) / readings.length;
  return readings.map((reading) => mean - reading);
};

interface Reading {
  readonly node: NodeId;
  /** How far ahead of the master, and how far off that estimate may be. */
  readonly offset: number;
  readonly uncertainty: number;
}

/** Who asks, and how long it waits for answers. */
export interface BerkeleyOptions {
  readonly master: NodeId;
  readonly patienceMs?: number;
}

/**
 * The Berkeley algorithm: the master asks every clock, takes the mean of those that answer, and tells each by how much
 * it is off. There is no true time in it; afterwards the clocks agree within the uncertainty of the readings (BK1).
 *
 * Source: Gusella and Zatti 1989, The Accuracy of the Clock Synchronization Achieved by TEMPO in Berkeley UNIX 4.3BSD.
 */
export const berkeley = ({
  master,
  patienceMs = 100,
}: BerkeleyOptions): Module<{
  provides: ClockGroup;
  uses: { links: Links<BerkeleyMessage> };
  state: { round: number; readings: Reading[] };
  timers: { patience: [] };
}> => ({
  name: "Berkeley clock synchronisation",
  source: "Gusella and Zatti 1989",
  init: () => ({ round: 0, readings: [] }),
  upon: {
    request: {
      synchronise(s, io) {
        if (io.self !== master) return io.note("only the master asks");
        s.round++;
        s.readings = [{ node: master, offset: 0, uncertainty: 0 }];
        for (const node of io.nodes)
          if (node !== master) io.links.send(node, { kind: "ask", round: s.round, asked: io.clock("wall") });
        io.timers.patience.set(patienceMs);
      },
    },
    links: {
      deliver(s, io, from, message) {
        if (message.kind === "adjust") return io.up.adjust(message.byMs, message.uncertaintyMs);
        const { round, asked } = message;
        if (message.kind === "ask") return io.links.send(from, { kind: "tell", round, asked, told: io.clock("wall") });
        if (round !== s.round || s.readings.some(({ node }) => node === from)) return io.note("late or twice", from);
        const { offset, delay } = ntpEstimate(asked, message.told, message.told, io.clock("wall"));
        s.readings.push({ node: from, offset, uncertainty: delay / 2 });
      },
    },
    timer: {
      patience(s, io) {
        const adjustments = berkeleyAdjustments(s.readings.map(({ offset }) => offset));
        s.readings.forEach(({ node, uncertainty }, at) => {
          const byMs = adjustments[at]!;
          if (node === master) io.up.adjust(byMs, uncertainty);
          else io.links.send(node, { kind: "adjust", byMs, uncertaintyMs: uncertainty });
        });
        s.readings = [];
        s.round++;
      },
    },
  },
});
