import type { Links, Module, NodeId } from "../../model/index.ts";
import type { Broadcast } from "./broadcast.ts";
import type { Relayed } from "./eager-reliable-broadcast.ts";
import { pickTargets } from "./pick-targets.ts";

/** A rumour, or the answer of somebody who knew it. */
export type Rumour<M> =
  | { readonly kind: "push"; readonly relayed: Relayed<M> }
  | { readonly kind: "known"; readonly origin: NodeId; readonly sequence: number };

/** A rumour that a process has heard; while it is hot it is passed on. */
interface Heard<M> {
  readonly relayed: Relayed<M>;
  hot: boolean;
}

/** How long a rumour stays interesting. */
export interface RumourMongeringOptions {
  /** A process that meets one who knew the rumour loses interest with probability 1/k. */
  readonly k: number;
  /** Milliseconds between two pushes of a process. */
  readonly pushMs: number;
}

/** Whether a process goes on after it met one who knew: one time in `k` it does not. */
export const losesInterest = (k: number, random: (name: string, below: number) => number): boolean =>
  random("interest", k) === 0;

/**
 * Rumour mongering with feedback: push a hot rumour to one process at a time, drawn at random; each one that knew it
 * already may end the interest. It stops by itself, and of a large group misses the solution of s = e^(-(k+1)(1-s)): 20 %
 * with k = 1, 0.25 % with k = 5. Anti-entropy has to reach the rest.
 *
 * Source: Demers et al. 1987, "Epidemic Algorithms for Replicated Database Maintenance", section 1.4.
 */
export const rumourMongering = <M>({
  k,
  pushMs,
}: RumourMongeringOptions): Module<{
  provides: Broadcast<M>;
  uses: { fairLoss: Links<Rumour<M>> };
  state: { sent: number; heard: Heard<M>[] };
  timers: { push: [] };
}> => ({
  name: "rumour mongering",
  source: "Demers et al. 1987, section 1.4",
  init: () => ({ sent: 0, heard: [] }),
  upon: {
    request: {
      broadcast(s, io, message) {
        s.heard.push({ relayed: { origin: io.self, sequence: s.sent++, message }, hot: true });
        io.up.deliver(io.self, message);
        io.timers.push.set({ from: 0, to: pushMs });
      },
    },
    fairLoss: {
      deliver(s, io, from, rumour) {
        const { origin, sequence } = rumour.kind === "push" ? rumour.relayed : rumour;
        const known = s.heard.find(({ relayed }) => relayed.origin === origin && relayed.sequence === sequence);
        if (rumour.kind === "known") {
          if (known?.hot === true && losesInterest(k, io.random)) known.hot = false;
        } else if (known !== undefined) io.fairLoss.send(from, { kind: "known", origin, sequence });
        else {
          s.heard.push({ relayed: rumour.relayed, hot: true });
          io.up.deliver(origin, rumour.relayed.message);
          io.timers.push.set({ from: 0, to: pushMs });
        }
      },
    },
    timer: {
      push(s, io) {
        const hot = s.heard.filter((heard) => heard.hot);
        for (const { relayed } of hot) {
          for (const target of pickTargets(io.nodes, io.self, 1, io.random))
            io.fairLoss.send(target, { kind: "push", relayed });
        }
        if (hot.length > 0) io.timers.push.set(pushMs);
      },
    },
  },
});
